"""What a selection of small balances would bring, beside the list of them, and the way on."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats, money
from wallet.eligibility import Eligibility
from wallet.pages import charts, markup
from wallet.pages.prices import PricesFrom, prices_from
from wallet.pages.standstill import Standstill, standstill
from wallet.pages.terms import Terms, terms
from wallet.portfolio import Estimate, Portfolio


@dataclass(frozen=True, slots=True)
class Asking:
    """What a dust page says when it asks for an estimate: which balances, which figures of them and which net (BNB units)
    it shows, and whether it asks because prices are to be updated, or because the wait should be over. What isn't said is
    empty, None or False.
    """

    fingerprint: str = ""
    figures: str = ""
    shown_net: int | None = None
    is_update: bool = False
    is_after_wait: bool = False


NOT_ASKED = Asking()


@dataclass(frozen=True)
class Summary:
    portfolio: Portfolio
    eligibility: Eligibility
    estimate: Estimate
    asking: Asking = NOT_ASKED

    @property
    def is_empty(self) -> bool:
        return self.estimate.is_empty

    @property
    def count(self) -> int:
        return len(self.estimate.holdings)

    @property
    def net_units(self) -> int:
        return self.estimate.figures.net

    @property
    def net(self) -> str:
        return markup.coin(self.net_units)

    @cached_property
    def amount(self) -> str:
        return formats.coin(self.net_units)

    @property
    def worth(self) -> str:
        """What the BNB is worth in the reference currency; empty where that is not known."""
        return formats.worth(self.portfolio.bnb_worth(self.net_units), self.portfolio.currency)

    @property
    def given(self) -> str:
        text = ngettext(
            "from %(count)s balance worth %(value)s BTC", "from %(count)s balances worth %(value)s BTC", self.count
        )
        return text % {"count": self.count, "value": formats.value(self.estimate.value_sats)}

    @cached_property
    def shares(self) -> list[charts.Share]:
        """Each balance's share of the BNB that is received."""
        parts = [(one.asset.code, one.figures.net) for one in self.estimate.holdings if one.figures]
        return charts.shares(parts)

    @property
    def rate(self) -> str:
        """What one BNB costs in BTC."""
        return formats.rate(self.portfolio.bnb_price.rate_btc) if self.portfolio.bnb_price else ""

    @cached_property
    def terms(self) -> Terms:
        return terms(self.portfolio.policy)

    @property
    def fee(self) -> str:
        if self.is_empty or not self.terms.has_fee:
            return self.terms.fee
        return f"{self.terms.fee} · {formats.coin(self.estimate.figures.fee)} BNB"

    @cached_property
    def prices(self) -> PricesFrom | None:
        return prices_from(self.portfolio)

    @cached_property
    def standstill(self) -> Standstill | None:
        return standstill(self.eligibility)

    @property
    def dock_heading(self) -> str:
        return _("Nothing selected") if self.is_empty else f"≈ {self.amount} BNB"

    @property
    def dock_words(self) -> str:
        """Why the button beside it is missing, or what the BNB is worth, and how many are selected."""
        still = self.standstill
        if still and not still.is_running:
            return still.heading
        said = [self.worth if self.count else "", selected(self.count, len(self.portfolio.convertible))]
        return " · ".join(filter(None, said))

    @property
    def say(self) -> str:
        """What is heard when the summary is made anew."""
        if self.asking.is_after_wait and self.eligibility.may_convert:
            return _("You can convert again now.")
        if self.asking.is_update:
            return self._updated()
        if self.is_empty:
            return _("Nothing selected")
        return _("%(count)s selected, about %(amount)s BNB") % {"count": self.count, "amount": self.amount}

    def _updated(self) -> str:
        if self.is_empty or not self.asking.shown_net:
            return _("Prices updated.")
        change = self.estimate.change_from(self.asking.shown_net)
        text = _("Prices updated. You’d receive about %(amount)s BNB, the same as before.")
        if change < 0:
            text = _("Prices updated. You’d receive about %(amount)s BNB, %(percent)s less.")
        elif change > 0:
            text = _("Prices updated. You’d receive about %(amount)s BNB, %(percent)s more.")
        return text % {"amount": self.amount, "percent": _percent(change)}


def _percent(change: Fraction) -> str:
    return formats.percent(f"{abs(money.cut_percent(change)):.2f}")


def selected(count: int, whole: int) -> str:
    return _("%(count)s of %(all)s selected") % {"count": count, "all": whole}
