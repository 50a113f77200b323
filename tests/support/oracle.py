"""The rules R1–R9 and the house breaker (M10) once more, as they are documented: plain integers and fractions, no code of
the product."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

ATTEMPTS = 5


@dataclass(frozen=True)
class Policy:
    """The article's figures; times in seconds."""

    limit: Fraction = Fraction(12, 10_000)
    tolerance: Fraction = Fraction(5, 100)
    fee: Fraction = Fraction(0)
    interval: int = 21_600
    lifetime: int = 30
    age: int = 60
    longest: int = 120
    breaker: int = 1_000 * 10**8  # BNB units


@dataclass
class Site:
    """What is the same for every customer: the market, the policy, the opening, and which assets may be converted."""

    scales: dict[str, int]
    policy: Policy = field(default_factory=Policy)
    is_open: bool = True
    rates: dict[str, tuple[Fraction, int]] = field(
        default_factory=dict
    )  # code: (rate in BTC, the second in which it was observed)
    barred: set[str] = field(default_factory=set)
    is_broken: bool = False  # the house breaker closed conversions
    opened: int | None = None  # the second in which a person last opened them
    paid: list[tuple[int, int]] = field(default_factory=list)  # (second, BNB units)

    def open(self, second: int) -> None:
        self.is_open, self.is_broken, self.opened = True, False, second

    def pay(self, units: int, second: int) -> bool:
        """False when the house breaker says no: what others paid in the last ten minutes, and since the opening, counts."""
        counted = [
            units for then, units in self.paid if second - then < 600 and (self.opened is None or then > self.opened)
        ]
        self.is_broken = self.is_broken or sum(counted) + units > self.policy.breaker
        if not self.is_broken:
            self.paid.append((second, units))
        return not self.is_broken

    def observe(self, code: str, rate: str | Fraction, second: int) -> None:
        self.rates[code] = (Fraction(rate), second)

    def rate(self, code: str, since: int) -> Fraction | None:
        """What was observed in this second or later."""
        if code not in self.rates:
            return None
        rate, second = self.rates[code]
        return rate if second >= since else None

    def change(self, **figures: Any) -> None:
        self.policy = replace(self.policy, **figures)

    def worth(self, code: str, units: int, rate: Fraction) -> Fraction:
        return Fraction(units, 10 ** self.scales[code]) * rate

    def received(self, code: str, units: int, rate: Fraction, bnb: Fraction, policy: Policy) -> tuple[int, int]:
        """(what the amount buys, the fee on it), in BNB's smallest units: the one rounded down, the other up."""
        gross = int(self.worth(code, units, rate) / bnb * 10**8)
        fee = -int(-gross * policy.fee // 1)
        return gross, fee


@dataclass
class Quote:
    second: int
    units: dict[str, int]
    rates: dict[str, Fraction]
    bnb: Fraction
    policy: Policy
    confirmed: int | None = None
    outcome: str | None = None
    attempts: int = 0


class Customer:
    """One customer's balances and what the article lets happen to them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.balances: dict[str, int] = {}
        self.last: int | None = None
        self.running: Quote | None = None

    def move(self, code: str, units: int) -> bool:
        """False when the balance does not cover it."""
        if self.balances.get(code, 0) + units < 0:
            return False
        self.balances[code] = self.balances.get(code, 0) + units
        return True

    def may_convert(self, second: int) -> bool:
        return self.last is None or second - self.last >= self.site.policy.interval

    def may_be_small(self, code: str, units: int, rate: Fraction, policy: Policy) -> bool:
        return code not in self.site.barred and self.site.worth(code, units, rate) < policy.limit

    def net(self, code: str, units: int, rate: Fraction, bnb: Fraction, policy: Policy) -> int:
        gross, fee = self.site.received(code, units, rate, bnb, policy)
        return gross - fee

    def quote(self, codes: Iterable[str], second: int) -> Quote | None:
        """The quote, or None where the article refuses it."""
        codes, policy = set(codes), self.site.policy
        bnb = self.site.rate("BNB", second - policy.age)
        is_closed = self.site.is_broken or not self.site.is_open
        if not codes or is_closed or self.running or bnb is None or not self.may_convert(second):
            return None
        rates = {}
        for code in codes:
            rate, units = self.site.rate(code, second - policy.age), self.balances.get(code, 0)
            if code == "BNB" or rate is None or units == 0 or not self.may_be_small(code, units, rate, policy):
                return None
            if self.net(code, units, rate, bnb, policy) < 1:
                return None
            rates[code] = rate
        return Quote(second, {code: self.balances[code] for code in codes}, rates, bnb, policy)

    def confirm(self, quote: Quote, second: int) -> bool:
        """Whether the quote is confirmed, now or already."""
        if quote.confirmed is None:
            covered = all(self.balances.get(code, 0) >= units for code, units in quote.units.items())
            fresh = second - quote.second < quote.policy.lifetime
            is_open = self.site.is_open and not self.site.is_broken
            if is_open and fresh and self.may_convert(second) and not self.running and covered:
                quote.confirmed, self.running = second, quote
        return quote.confirmed is not None

    def give_up(self) -> None:
        """After the last attempt, once nobody can be in it any more."""
        if self.running and self.running.attempts >= ATTEMPTS:
            self.running.outcome, self.running = "failed", None

    def settle(self, second: int) -> str | None:
        """Ends the running conversion; it goes on running while the market has not answered since Confirm."""
        assert self.running
        outcome = self._judge(self.running, second)
        if outcome:
            self.running.outcome, self.running = outcome, None
        return outcome

    def _judge(self, quote: Quote, second: int) -> str | None:
        assert quote.confirmed is not None
        if second - quote.confirmed >= quote.policy.longest:
            return "stopped"
        bnb = self.site.rate("BNB", quote.confirmed)
        known = {code: code in self.site.rates for code in quote.units}
        rates = {code: self.site.rate(code, quote.confirmed) for code in quote.units}
        if bnb is None or any(known[code] and rates[code] is None for code in quote.units):
            return None
        nets: dict[str, int] = {}
        for code, units in quote.units.items():
            rate, had = rates[code], self.balances.get(code, 0)
            if rate is None or had < units or not self.may_be_small(code, had, rate, quote.policy):
                return "stopped"
            nets[code] = self.net(code, units, rate, bnb, quote.policy)
            if nets[code] < 1:
                return "stopped"
            # R9: what a coin is worth in BNB.
            before, after = quote.rates[code] / quote.bnb, rate / bnb
            if abs(after - before) >= quote.policy.tolerance * before:
                return "stopped"
        if not self.may_convert(second) or not self.site.pay(sum(nets.values()), second):
            return "stopped"
        for code, units in quote.units.items():
            self.balances[code] -= units
            self.move("BNB", nets[code])
        self.last = second
        return "completed"
