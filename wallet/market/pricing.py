"""What a round comes to: each asset's number, and whether it is a price, by the rules M5, M6, M9 and M7. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from wallet.market import guards
from wallet.market.books import BNB, BTC, USDT, Books
from wallet.market.guards import History, KeptOut, Sample
from wallet.market.limits import Limits
from wallet.market.paths import KNOWN_TWICE, Candidate, Market, Rate, believe, is_core

# What BTC's own price is compared by (M9): the first of them that both venues have.
DOLLARS = (USDT, "USDC", "USD")


@dataclass(frozen=True, slots=True)
class Fallback:
    """What the fallback says: an asset's rate in BTC, between bid and ask, where it has one. Empty: it did not answer."""

    rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Priced:
    """The prices of a round by the assets' codes; every number with what became of it; and what was kept out."""

    rates: dict[str, Rate]
    samples: dict[str, Sample]
    kept_out: dict[str, KeptOut]


@dataclass(frozen=True, slots=True)
class Pricing:
    """A round that is to be priced, with what is known of the assets' numbers; no fallback: none is configured."""

    market: Market
    asked_at: datetime
    history: Mapping[str, History]
    fallback: Fallback | None
    limits: Limits

    def price(self, codes: Iterable[str], paths_in_use: Mapping[str, str]) -> Priced:
        """Every asset's price, or why it has none. `paths_in_use` maps codes to the paths of their stored prices."""
        priced = Priced({}, {}, {})
        for code in codes:
            if code == BTC:
                priced.rates[BTC] = Rate(Decimal(1), BTC, [])
                continue
            found = self.market.candidate(code, paths_in_use.get(code))
            if isinstance(found, KeptOut):
                priced.kept_out[code] = found
                continue
            rate = found.way.rate()
            refused = guards.refuse_tiny(found.middle)
            if refused is None:
                refused = self._refusal(code, found)
                rule = refused.rule.value if refused else ""
                priced.samples[code] = Sample(self.asked_at, found.middle, found.ways, rule)
            if refused is not None:
                priced.kept_out[code] = refused
            elif rate is not None:
                priced.rates[code] = rate
        return priced

    def _refusal(self, code: str, found: Candidate) -> KeptOut | None:
        theirs = self.fallback.rates.get(code) if self.fallback else None
        refused = guards.refuse_alone(found.ways, is_core=code in KNOWN_TWICE)
        if refused is None and found.ways == 1:
            refused = guards.refuse_one_way(
                found.middle,
                found.way.tick,
                theirs,
                has_fallback=self.fallback is not None,
                limits=self.limits,
            )
        if refused is None and code == BNB:
            refused = guards.refuse_other_venue(found.middle, theirs, self.limits) or self._refuse_btc()
        return refused or guards.refuse_jump(
            found.middle,
            found.ways,
            self.history.get(code, History()),
            self.asked_at,
            theirs=theirs,
            is_core=is_core(code),
            limits=self.limits,
        )

    def _refuse_btc(self) -> KeptOut | None:
        """M9 of BTC, by which everything is priced: while it is in doubt, so is BNB."""
        rates = self.fallback.rates if self.fallback else {}
        for dollar in DOLLARS:
            if dollar in rates and dollar in self.market.links:
                off = guards.refuse_other_venue(self.market.links[dollar].middle, rates[dollar], self.limits)
                return off and KeptOut(off.rule, {**off.facts, "of": BTC})
        return None


def fallback(books: Books, codes: Collection[str], limits: Limits) -> Fallback:
    """What a second venue says of these assets and of dollars, by its own markets."""
    market = believe(books, limits)
    found = {code: market.candidate(code, None) for code in {*codes, *DOLLARS} - {BTC}}
    return Fallback({code: one.middle for code, one in found.items() if isinstance(one, Candidate)})
