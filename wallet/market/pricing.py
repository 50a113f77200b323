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
        found: dict[str, Candidate] = {}
        for code in codes:
            if code == BTC:
                priced.rates[BTC] = Rate(Decimal(1), BTC, [])
                continue
            one = self.market.candidate(code, paths_in_use.get(code))
            if isinstance(one, KeptOut):
                priced.kept_out[code] = one
            else:
                found[code] = one
        theirs = self._theirs(found.get(BNB))
        for code, one in found.items():
            rate = one.way.rate()
            refused = guards.refuse_tiny(one.middle)
            if refused is None:
                refused = self._refusal(code, one, theirs.get(code))
                priced.samples[code] = Sample(self.asked_at, one.middle, one.ways, refused.rule if refused else "")
            if refused is None and rate is None:
                refused = guards.too_tiny(one.middle)
            if refused is not None:
                priced.kept_out[code] = refused
            elif rate is not None:
                priced.rates[code] = rate
        return priced

    def _theirs(self, bnb: Candidate | None) -> dict[str, Decimal]:
        """What the fallback says of each asset, at our price of BNB.

        Customers are paid in BNB. Two venues whose BNB is 2% apart would add that to what their other prices are apart;
        a BNB that is further from theirs is kept out itself, and says nothing of the rest.
        """
        rates = dict(self.fallback.rates) if self.fallback else {}
        if bnb is None or BNB not in rates or guards.off(bnb.middle, rates[BNB]) > self.limits.core_agreement:
            return rates
        share = bnb.middle / rates[BNB]
        return {code: rate if code == BNB else rate * share for code, rate in rates.items()}

    def _refusal(self, code: str, found: Candidate, theirs: Decimal | None) -> KeptOut | None:
        """`theirs` is the fallback's price, where it has one."""
        refused = guards.refuse_alone(found.ways, is_core=code in KNOWN_TWICE)
        if refused is None and found.ways == 1:
            has_fallback = self.fallback is not None
            refused = guards.refuse_one_way(found.way.tick, theirs, has_fallback=has_fallback, limits=self.limits)
        close = self.limits.core_agreement if code == BNB else self.limits.agreement
        refused = refused or guards.refuse_other_venue(found.middle, theirs, close)
        if refused is None and code == BNB:
            refused = self._refuse_btc()
        if refused is not None or theirs is not None:  # a jump that the fallback says too is confirmed (M7)
            return refused
        history = self.history.get(code, History())
        at_most = self.limits.core_jump if is_core(code) else self.limits.jump
        return guards.refuse_jump(found.middle, found.ways, history, self.asked_at, at_most=at_most, limits=self.limits)

    def _refuse_btc(self) -> KeptOut | None:
        """M9 of BTC, by which everything is priced: while it is in doubt, so is BNB."""
        rates = self.fallback.rates if self.fallback else {}
        for dollar in DOLLARS:
            if dollar in rates and dollar in self.market.links:
                off = guards.refuse_other_venue(
                    self.market.links[dollar].middle, rates[dollar], self.limits.core_agreement
                )
                return off and KeptOut(off.rule, {**off.facts, "of": BTC})
        return None


def fallback(books: Books, codes: Collection[str], limits: Limits) -> Fallback:
    """What a second venue says of these assets and of dollars, by its own markets."""
    market = believe(books, limits)
    found = {code: market.candidate(code, None) for code in {*codes, *DOLLARS} - {BTC}}
    return Fallback({code: one.middle for code, one in found.items() if isinstance(one, Candidate)})
