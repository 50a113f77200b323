"""What a customer holds, what it is worth, and why each balance can or cannot be converted. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from wallet import charts, formats, money, validators
from wallet.models import Account, Asset, Conversion, Customer, Opening, Policy, Price, Service
from wallet.models.lines import quote_refusals
from wallet.refusals import Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User


# No browser counts further than 24 days, and no page stays open for one.
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holding:
    """One balance. Without a current price there is no value; without a current price of BNB there are no figures."""

    asset: Asset
    units: int
    price: Price | None
    figures: money.Figures | None
    value_sats: int | None
    refusal: Refusal | None

    @property
    def is_convertible(self) -> bool:
        return self.refusal is None

    @property
    def is_cut(self) -> bool:
        """Whether there are more decimals than a list shows."""
        return formats.is_cut(self.units, self.asset.scale)

    @property
    def is_bnb(self) -> bool:
        return self.asset.code == validators.BNB


class Listing(NamedTuple):
    """What a list shows of a portfolio, and how many small balances it hides."""

    shown: list[Holding]
    hidden: int


@dataclass(frozen=True)
class Portfolio:
    """All balances of one customer at one moment, judged by one policy."""

    policy: Policy
    now: datetime
    bnb_price: Price | None
    holdings: list[Holding]

    @cached_property
    def convertible(self) -> list[Holding]:
        """Largest first, as the dust page lists them."""
        return [holding for holding in self.holdings if holding.is_convertible]

    @cached_property
    def refused(self) -> list[Holding]:
        return [holding for holding in self.holdings if not holding.is_convertible and not holding.is_bnb]

    @cached_property
    def unpriced(self) -> list[Holding]:
        return [holding for holding in self.holdings if holding.price is None]

    @cached_property
    def everything(self) -> "Estimate":
        """What all convertible balances together would bring."""
        return estimate(self.convertible)

    @property
    def price_age_seconds(self) -> int | None:
        return (self.now - self.priced_at) // timedelta(seconds=1) if self.priced_at else None

    @property
    def listing(self) -> str:
        """The convertible balances and their amounts, so that a page can tell that what it lists is no longer so."""
        return " ".join(sorted(f"{holding.asset.code}={holding.units}" for holding in self.convertible))

    def changed(self, listing: str) -> list[str]:
        """The codes of the convertible balances whose amounts are not those of an earlier listing that has them."""
        before = dict(entry.split("=", 1) for entry in listing.split() if "=" in entry)
        return [
            one.asset.code for one in self.convertible if before.get(one.asset.code, f"{one.units}") != f"{one.units}"
        ]

    @cached_property
    def value_sats(self) -> int:
        return sum(holding.value_sats or 0 for holding in self.holdings)

    @property
    def small_share_text(self) -> str:
        """How much of the whole the convertible balances are, cut. Nothing where the whole rounds to nothing."""
        if not self.value_sats:
            return ""
        share = money.cut_percent(Fraction(self.everything.figures.value, self.value_sats))
        return formats.percent(f"{share:.2f}" if share or not self.convertible else "<0.01")

    @cached_property
    def priced_at(self) -> datetime | None:
        """The time of the oldest price that is used here."""
        return min((holding.price.observed_at for holding in self.holdings if holding.price), default=None)

    def listed(self, text: str, *, hides_small: bool, by_name: bool) -> Listing:
        """The balances whose code or name has the text in it: all, or without the convertible ones."""
        wanted = text.casefold()
        found = [one for one in self.holdings if wanted in f"{one.asset.code} {one.asset.name}".casefold()]
        shown = [one for one in found if not (hides_small and one.is_convertible)]
        if by_name:
            shown.sort(key=lambda one: one.asset.code)
        return Listing(shown, len(found) - len(shown))

    def chosen(self, codes: Iterable[str]) -> list[Holding]:
        """The convertible balances with these codes, largest first."""
        wanted = set(codes)
        return [holding for holding in self.convertible if holding.asset.code in wanted]


def portfolio(*, user: "User", policy: Policy, now: datetime) -> Portfolio:
    """The customer's balances, most valuable first, in a constant number of queries."""
    oldest = now - policy.price_age
    accounts = list(Account.objects.held_by(user))
    found = Price.objects.of(account.asset_id for account in accounts)
    prices = {pk: price for pk, price in found.items() if price.observed_at >= oldest}
    bnb_price = next((price for price in prices.values() if price.asset.code == validators.BNB), None)
    holdings = [_holding(account, prices.get(account.asset_id), bnb_price, policy, now) for account in accounts]
    holdings.sort(key=_largest_first)
    return Portfolio(policy, now, bnb_price, holdings)


def _holding(account: Account, price: Price | None, bnb_price: Price | None, policy: Policy, now: datetime) -> Holding:
    asset, units = account.asset, account.units or 0
    figures = None
    if price and bnb_price:
        figures = money.figures(
            units=units,
            scale=asset.scale,
            rate_btc=price.rate_btc,
            bnb_rate_btc=bnb_price.rate_btc,
            fee_percent=policy.fee_percent,
        )
    refusals = quote_refusals(
        asset=asset,
        units=units,
        rate_btc=price.rate_btc if price else None,
        observed_at=price.observed_at if price else None,
        net=figures.net if figures else None,
        policy=policy,
        now=now,
    )
    value = money.value_sats(units, asset.scale, price.rate_btc) if price else None
    return Holding(asset, units, price, figures, value, next(refusals, None))


def _largest_first(holding: Holding) -> tuple[Decimal, str]:
    if holding.price is None:
        return Decimal(1), holding.asset.code
    return -money.value_btc(holding.units, holding.asset.scale, holding.price.rate_btc), holding.asset.code


class Comparison(NamedTuple):
    """An estimate beside the one that was shown before: the difference in percent, cut, and which way it goes."""

    percent_text: str
    is_more: bool
    is_less: bool


@dataclass(frozen=True)
class Estimate:
    """What a selection of convertible balances would bring at the prices at hand."""

    holdings: list[Holding]
    figures: money.Figures

    @property
    def is_empty(self) -> bool:
        return not self.holdings

    def compared_with(self, net: int) -> Comparison:
        change = Fraction(self.figures.net - net, net)
        return Comparison(formats.percent(f"{abs(money.cut_percent(change)):.2f}"), change > 0, change < 0)

    @property
    def shares(self) -> list[charts.Share]:
        """Each balance's share of the BNB that is received."""
        return charts.shares(
            [(holding.asset.code, holding.figures.net) for holding in self.holdings if holding.figures]
        )


def estimate(holdings: list[Holding]) -> Estimate:
    return Estimate(holdings, money.total(holding.figures for holding in holdings if holding.figures))


@dataclass(frozen=True)
class Eligibility:
    """Whether the customer may start a conversion now, and if not, why."""

    policy: Policy
    service: Service
    in_progress: Conversion | None
    until_at: datetime | None
    now: datetime

    @property
    def may_convert(self) -> bool:
        return self.service.is_open and self.in_progress is None and self.until_at is None

    @property
    def wait_seconds(self) -> int | None:
        """After how many seconds a page that stays open should ask again, because the wait is over. None: not today."""
        if self.until_at is None or self.until_at - self.now > A_DAY:
            return None
        return -((self.now - self.until_at) // timedelta(seconds=1)) + 1


def eligibility(*, user: "User", now: datetime) -> Eligibility:
    """R7 and the service's opening for this customer."""
    policy = Policy.objects.current()
    customer = Customer.objects.filter(user=user).first()
    last = customer.last_converted_at if customer else None
    return Eligibility(
        policy=policy,
        service=Opening.objects.service(now),
        in_progress=Conversion.objects.of(user).confirmed().first(),
        until_at=last + policy.interval if last and now - last < policy.interval else None,
        now=now,
    )
