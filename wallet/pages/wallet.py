"""Wallet → Fiat and Spot: the estimated balance, the offer to convert, and every asset that the customer holds."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats
from wallet.eligibility import Eligibility
from wallet.models import Service
from wallet.pages import markup
from wallet.pages.demonstration import Demonstration
from wallet.pages.offer import Offer, offer
from wallet.pages.prices import PricesFrom, prices_from
from wallet.portfolio import Holding, Matches, Portfolio
from wallet.refusals import Code


@dataclass(frozen=True, slots=True)
class Search:
    """What the wallet's address says. `hides_small` is None where it leaves that to the customer's settings."""

    text: str = ""
    is_by_name: bool = False
    hides_small: bool | None = None


@dataclass(frozen=True, slots=True)
class AssetRow:
    """A balance in the list. `padding` aligns the amount's decimal point; `full_amount` is there when the amount is cut;
    `value` is a word where there is no `unit`, and `worth` what stands before it in the reference currency; `note` says that
    it is small, from which day on it is delisted, or why it can't be converted though it might be; `is_small`: it can be.
    """

    code: str
    name: str
    amount: str
    padding: str
    full_amount: str
    worth: str
    value: str
    unit: str
    note: str
    is_small: bool


@dataclass(frozen=True)
class Assets:
    """The list of assets, as far as a search and the hiding of small balances leave it."""

    matches: Matches
    text: str
    is_by_name: bool
    hides_small: bool
    now: datetime
    currency: str = ""

    @cached_property
    def rows(self) -> list[AssetRow]:
        return [_asset_row(holding, self.now, self.currency, is_long=self.is_long) for holding in self.matches.shown]

    @property
    def is_long(self) -> bool:
        return markup.is_long(len(self.matches.shown))

    @property
    def is_by_value(self) -> bool:
        return not self.is_by_name

    @property
    def sort(self) -> str:
        return "name" if self.is_by_name else "value"

    @property
    def hide(self) -> str:
        return "1" if self.hides_small else "0"

    @property
    def caption(self) -> str:
        return _("Your assets, by name") if self.is_by_name else _("Your assets, largest first")

    @property
    def say(self) -> str:
        count = len(self.matches.shown)
        shown = ngettext("%(count)s asset shown", "%(count)s assets shown", count) % {"count": count}
        return f"{shown}, {self.hidden}" if self.hidden else shown

    @property
    def hidden(self) -> str:
        """How many small balances are hidden; empty when none is."""
        count = self.matches.hidden
        words = ngettext("%(count)s small balance hidden", "%(count)s small balances hidden", count)
        return words % {"count": count} if count else ""

    @property
    def empty(self) -> str:
        """Why the list is empty."""
        if self.matches.hidden and self.text:
            return _("All your balances like “%(search)s” are small, and hidden.") % {"search": self.text}
        if self.matches.hidden:
            return _("All your balances are small, and hidden.")
        if self.text:
            return _("No asset matches “%(search)s”.") % {"search": self.text}
        return _("Your wallet is empty. What you deposit appears here.")

    @property
    def is_not_found(self) -> bool:
        """Whether it is the search that leaves nothing."""
        return bool(self.text) and not self.matches.hidden


# Where the row itself says enough: an amount above the limit, BNB, and a value that says that there is no price.
UNSAID = {Code.OVER_LIMIT, Code.IS_BNB, Code.PRICE_UNAVAILABLE}


def _note(holding: Holding, now: datetime) -> str:
    """Why it can't be converted; else from when on; else that it is small."""
    asset, refusal = holding.asset, holding.refusal
    if refusal is not None and refusal.code not in UNSAID:
        return refusal.words.cause.rstrip(".")
    if asset.delisted_on is not None and asset.is_to_be_delisted(now):
        return _("Will be delisted on %(day)s") % {"day": formats.day(asset.delisted_on)}
    return "" if refusal else _("Small balance")


def _asset_row(holding: Holding, now: datetime, currency: str, *, is_long: bool) -> AssetRow:
    asset, units, sats = holding.asset, holding.units, holding.value_sats
    return AssetRow(
        code=asset.code,
        name=asset.name,
        amount=formats.amount(units, asset.scale),
        padding=formats.missing_places(units, asset.scale),
        full_amount=formats.full_amount_if_cut(units, asset.scale),
        worth=markup.worth(holding.worth, currency, sats or 0),
        value=_("Price unavailable") if sats is None else markup.value(sats, is_plain=is_long),
        unit="" if sats is None else "BTC",
        note=_note(holding, now),
        is_small=holding.is_convertible,
    )


@dataclass(frozen=True)
class WalletPage:
    """`converting` is how many balances the conversion in progress has; `demonstration` is for a demonstration's customer."""

    portfolio: Portfolio
    eligibility: Eligibility
    search: Search
    hides_small: bool
    converting: int
    demonstration: Demonstration | None = None

    @property
    def service(self) -> Service:
        return self.eligibility.service

    @property
    def total(self) -> str:
        """The estimated balance in BTC; empty when there is something but no price of it."""
        if self.has_no_prices:
            return ""
        return markup.value(self.portfolio.value_sats) if self.portfolio.holdings else markup.coin(0)

    @property
    def worth(self) -> str:
        """The same in the reference currency; empty where that is not known."""
        return "" if self.has_no_prices else formats.worth(self.portfolio.worth, self.portfolio.currency)

    @property
    def no_total(self) -> str:
        """What stands in its place."""
        return _("Price unavailable")

    @property
    def holds_something(self) -> bool:
        """Whether there is anything to find and to hide."""
        return bool(self.portfolio.holdings)

    @property
    def has_no_prices(self) -> bool:
        return self.holds_something and self.portfolio.priced_at is None

    @cached_property
    def prices(self) -> PricesFrom | None:
        return prices_from(self.portfolio)

    @property
    def no_prices(self) -> str:
        """That no price is current, where that matters; empty where it doesn't."""
        return _("There are no current prices. Your balances are not affected.") if self.has_no_prices else ""

    @property
    def unpriced(self) -> str:
        """How many balances aren't counted; empty when all are."""
        count = len(self.portfolio.unpriced)
        words = ngettext(
            "%(count)s without a current price isn’t counted.",
            "%(count)s without a current price aren’t counted.",
            count,
        )
        return words % {"count": count} if count else ""

    @cached_property
    def offer(self) -> Offer:
        return offer(self.portfolio, self.eligibility, converting=self.converting)

    @cached_property
    def assets(self) -> Assets:
        by_name = self.search.is_by_name
        matches = self.portfolio.matching(self.search.text, hides_small=self.hides_small, by_name=by_name)
        return Assets(matches, self.search.text, by_name, self.hides_small, self.portfolio.now, self.portfolio.currency)
