"""The house's position: what it holds and owes of each asset, by the ledger, at the round's prices.

Of each asset: *held* is what came in from outside and has not gone out again, so what has to lie in the house's wallets;
*owed* is what customers have of it; the rest is the house's *own*, the treasury's and the fees'. Own below zero is *short*:
customers have been credited what the house has not got. Customers' accounts are not asked: entries add up to zero (P1).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.conf import settings

from wallet import ledger, money
from wallet.models import Account, Asset, Price

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Position:
    """Of one asset, in its units, with its price at hand where there is one."""

    asset: Asset
    treasury: int
    fees: int
    outside: int
    price: Price | None

    @property
    def held(self) -> int:
        return -self.outside

    @property
    def own(self) -> int:
        return self.treasury + self.fees

    @property
    def owed(self) -> int:
        """What customers have: what the house's accounts have not."""
        return -(self.own + self.outside)

    @property
    def is_short(self) -> bool:
        return self.own < 0

    def worth_btc(self, units: int) -> Fraction | None:
        """What so many of its units are worth in BTC, exactly; None without a price."""
        if self.price is None:
            return None
        return Fraction(money.value_btc(units, self.asset.scale, self.price.rate_btc))

    def price_age(self, at: datetime) -> timedelta | None:
        return at - self.price.observed_at if self.price else None


@dataclass(frozen=True, slots=True)
class Totals:
    """What all of it is worth in BTC, of what has a price; and how many assets have none."""

    held: Fraction
    owed: Fraction
    own: Fraction
    unpriced: int


@dataclass(frozen=True, slots=True)
class Treasury:
    """All positions, the greatest worth first and those without a price last; and the reporting currency's rate in BTC."""

    positions: list[Position]
    currency: str
    currency_rate: Fraction | None
    at: datetime

    @property
    def totals(self) -> Totals:
        sums = {"held": Fraction(), "owed": Fraction(), "own": Fraction()}
        unpriced = 0
        for one in self.positions:
            if one.price is None:
                unpriced += 1
            for name in sums:
                sums[name] += one.worth_btc(getattr(one, name)) or 0
        return Totals(**sums, unpriced=unpriced)

    def in_currency(self, btc: Fraction | None) -> Fraction | None:
        """The worth in the reporting currency; None without a price of either."""
        return None if btc is None or self.currency_rate is None else btc / self.currency_rate


def treasury(at: datetime) -> Treasury:
    """The position now, in the same four queries for any number of assets and customers."""
    accounts = list(Account.objects.house().select_related("asset").order_by("pk"))
    balances = ledger.house_balances(accounts)
    prices = {price.asset_id: price for price in Price.objects.current_source().select_related("asset")}
    found = list(_positions(accounts, balances, prices))
    found.sort(key=_by_worth)
    rates = {price.asset.code: Fraction(price.rate_btc) for price in prices.values()}
    currency = settings.REPORTING_CURRENCY
    return Treasury(found, currency, rates.get(currency), at)


def _positions(accounts: Iterable[Account], balances: dict[int, int], prices: dict[int, Price]) -> Iterable[Position]:
    assets = {account.asset_id: account.asset for account in accounts}
    units: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for account in accounts:
        units[account.asset_id][account.kind] = balances[account.pk]
    for pk, asset in assets.items():
        of_kind = units[pk]
        treasury, fees, outside = (of_kind.get(kind, 0) for kind in (Kind.TREASURY, Kind.FEES, Kind.OUTSIDE))
        yield Position(asset, treasury, fees, outside, prices.get(pk))


def _by_worth(position: Position) -> tuple[bool, Fraction, str]:
    """What the greatest part of it is worth: held, owed or short."""
    worth = position.worth_btc(max(abs(position.held), abs(position.owed), abs(position.own)))
    return worth is None, -(worth or Fraction()), position.asset.code
