"""What a customer holds, what it is worth, and why each balance can or cannot be converted. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from wallet import currencies, money, validators
from wallet.models import Account, Asset, KeptOutNumber, Policy, Price
from wallet.models.lines import WholeBalance, quote_refusals
from wallet.refusals import Code, Refusal, refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Holding:
    """One balance. Without a current price there is no value; without a current price of BNB there are no figures.

    `worth` is its value in hundredths of the reference currency, exactly; None where that is not known.
    """

    asset: Asset
    units: int
    price: Price | None
    figures: money.Figures | None
    value_sats: int | None
    refusal: Refusal | None
    worth: Fraction | None = None

    @property
    def is_convertible(self) -> bool:
        return self.refusal is None

    @property
    def is_bnb(self) -> bool:
        return self.asset.code == validators.BNB

    @property
    def waits_for_bnb(self) -> bool:
        """Whether it is only BNB whose price is missing."""
        why = self.refusal
        return why is not None and why.code is Code.PRICE_UNAVAILABLE and why.facts["asset"] == validators.BNB


class Matches(NamedTuple):
    """What a search finds in a portfolio: the balances that are shown, and how many small ones are hidden."""

    shown: list[Holding]
    hidden: int


@dataclass(frozen=True)
class Portfolio:
    """All balances of one customer at one moment, judged by one policy.

    `bnb_refusal` says why there is no price of BNB, where that is known. `currency` is the reference currency, empty where
    there is none, and `currency_rate_btc` what one of it costs, None without a current price.
    """

    policy: Policy
    now: datetime
    bnb_price: Price | None
    holdings: list[Holding]
    bnb_refusal: Refusal | None = None
    currency: str = ""
    currency_rate_btc: Decimal | None = None

    @cached_property
    def convertible(self) -> list[Holding]:
        """Largest first, as the dust page shows them."""
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
    def fingerprint(self) -> str:
        """The convertible balances and their amounts, so that a page can tell that what it shows is no longer so."""
        return " ".join(sorted(f"{holding.asset.code}={holding.units}" for holding in self.convertible))

    def changed(self, fingerprint: str) -> list[str]:
        """The codes of the convertible balances whose amounts are not those of an earlier fingerprint that has them."""
        before = dict(balance.split("=", 1) for balance in fingerprint.split() if "=" in balance)
        return [
            one.asset.code for one in self.convertible if before.get(one.asset.code, f"{one.units}") != f"{one.units}"
        ]

    @cached_property
    def value_sats(self) -> int:
        return total_sats(self.holdings)

    @cached_property
    def worth(self) -> Fraction | None:
        """What all of it is worth in hundredths of the reference currency, exactly; None where not known.

        Not the sum of the rows as they are cut, which may come to less than the small balances among them.
        """
        if self.currency_rate_btc is None:
            return None
        return sum((one.worth for one in self.holdings if one.worth is not None), Fraction(0))

    def bnb_worth(self, units: int) -> Fraction | None:
        """What so many units of BNB are worth in hundredths of the reference currency, exactly; None where not known."""
        if self.bnb_price is None or self.currency_rate_btc is None:
            return None
        return money.hundredths(units, money.BNB_SCALE, self.bnb_price.rate_btc, self.currency_rate_btc)

    @property
    def small_share(self) -> Decimal | None:
        """How much of the whole the convertible balances are, in percent, cut. None where the whole rounds to nothing."""
        if not self.value_sats:
            return None
        return money.cut_percent(Fraction(self.everything.value_sats, self.value_sats))

    @cached_property
    def priced_at(self) -> datetime | None:
        """The time of the oldest price that is used here."""
        return min((holding.price.observed_at for holding in self.holdings if holding.price), default=None)

    def matching(self, text: str, *, hides_small: bool, by_name: bool) -> Matches:
        """The balances whose code or name has the text in it: all, or without the convertible ones."""
        wanted = text.casefold()
        found = [one for one in self.holdings if wanted in f"{one.asset.code} {one.asset.name}".casefold()]
        shown = [one for one in found if not (hides_small and one.is_convertible)]
        if by_name:
            shown.sort(key=lambda one: one.asset.code)
        return Matches(shown, len(found) - len(shown))

    def chosen(self, codes: Iterable[str]) -> list[Holding]:
        """The convertible balances with these codes, largest first."""
        wanted = set(codes)
        return [holding for holding in self.convertible if holding.asset.code in wanted]


def portfolio(*, user: "User", policy: Policy, now: datetime, currency: str = "") -> Portfolio:
    """The customer's balances, most valuable first, in a constant number of queries.

    `currency` is the code of the reference currency; empty: none.
    """
    oldest = now - policy.price_age
    accounts = list(Account.objects.held_by(user))
    goes_by = currencies.asset_of(currency)
    found = Price.objects.of((account.asset_id for account in accounts), filter(None, [goes_by]))
    prices = {code: price for code, price in found.items() if price.observed_at >= oldest}
    bnb_price, currency_price = prices.get(validators.BNB), prices.get(goes_by)
    unpriced = {account.asset.code for account in accounts} - prices.keys()
    told = KeptOutNumber.objects.told(unpriced if bnb_price else {*unpriced, validators.BNB})
    market = Market(policy, now, bnb_price, told, currency_price.rate_btc if currency_price else None)
    holdings = [_holding(account, prices.get(account.asset.code), market) for account in accounts]
    holdings.sort(key=_largest_first)
    return Portfolio(policy, now, bnb_price, holdings, market.bnb_refusal, currency, market.currency_rate_btc)


@dataclass(frozen=True, slots=True)
class Market:
    """What balances are judged by: the policy, the moment, BNB's price, and by code why an asset has none; and what one of the
    reference currency costs."""

    policy: Policy
    now: datetime
    bnb_price: Price | None
    told: Mapping[str, Mapping[str, str]]
    currency_rate_btc: Decimal | None

    @property
    def bnb_refusal(self) -> Refusal | None:
        told = self.told.get(validators.BNB)
        return refusal(Code.PRICE_UNAVAILABLE, asset=validators.BNB, **told) if told else None


def _holding(account: Account, price: Price | None, market: Market) -> Holding:
    asset, units, bnb_price, policy = account.asset, account.units or 0, market.bnb_price, market.policy
    figures = None
    if price and bnb_price:
        figures = money.figures(
            units=units,
            scale=asset.scale,
            rate_btc=price.rate_btc,
            bnb_rate_btc=bnb_price.rate_btc,
            fee_percent=policy.fee_percent,
        )
    balance = WholeBalance(
        asset=asset,
        units=units,
        rate_btc=price.rate_btc if price else None,
        observed_at=price.observed_at if price else None,
        net_units=figures.net if figures else None,
        told=market.told.get(asset.code, {}),
        bnb_told=market.told.get(validators.BNB, {}),
    )
    refusals = quote_refusals(balance, policy=policy, at=market.now)
    value = money.value_sats(units, asset.scale, price.rate_btc) if price else None
    worth = None
    if price and market.currency_rate_btc:
        worth = money.hundredths(units, asset.scale, price.rate_btc, market.currency_rate_btc)
    return Holding(asset, units, price, figures, value, next(refusals, None), worth)


def _largest_first(holding: Holding) -> tuple[Decimal, str]:
    if holding.price is None:
        return Decimal(1), holding.asset.code
    return -money.value_btc(holding.units, holding.asset.scale, holding.price.rate_btc), holding.asset.code


@dataclass(frozen=True)
class Estimate:
    """What a selection of convertible balances would bring at the prices at hand."""

    holdings: list[Holding]
    figures: money.Figures

    @property
    def is_empty(self) -> bool:
        return not self.holdings

    @cached_property
    def value_sats(self) -> int:
        return total_sats(self.holdings)

    def change_from(self, net: int) -> Fraction:
        """By which fraction it is more (or, below 0, less) than this net, which was shown before."""
        return Fraction(self.figures.net - net, net)


def total_sats(holdings: Iterable[Holding]) -> int:
    """What balances come to in units of BTC, as their rows show it; those worth less than one are added up before the cut."""
    held = list(holdings)
    whole = sum(one.value_sats or 0 for one in held)
    tiny = (
        Fraction(money.value_btc(one.units, one.asset.scale, one.price.rate_btc))
        for one in held
        if one.price and not one.value_sats
    )
    return whole + int(sum(tiny, Fraction(0)) * 10**money.BTC_SCALE)


def estimate(holdings: list[Holding]) -> Estimate:
    return Estimate(holdings, money.total(holding.figures for holding in holdings if holding.figures))
