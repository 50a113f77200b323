"""The review: what is given up and what for, and how long the offer stands."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats
from wallet.models import Line
from wallet.pages import markup
from wallet.pages.conversion.page import ConversionPage
from wallet.pages.conversion.proof import Proof
from wallet.pages.standstill import Standstill, standstill


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said above the offer: why Confirm was refused, or that the prices are new."""

    words: str
    is_problem: bool


@dataclass(frozen=True, slots=True)
class Countdown:
    """How long the offer stands. `sentence` is for a page without a script; the others are the script's.

    `running` has a place for the seconds that are left, marked #; `over` stands instead of it when there are none.
    """

    seconds: int
    sentence: str
    running: str
    over: str


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A balance that is given up, all of it, with what aligns its decimal point, and the BNB that it would bring."""

    code: str
    amount: str
    padding: str
    receives: str


def _given(line: Line) -> GivenRow:
    return GivenRow(
        code=line.asset.code,
        amount=formats.amount(line.units, line.asset.scale),
        padding=formats.missing_places(line.units, line.asset.scale),
        receives=formats.coin(line.quoted_net_units),
    )


@dataclass(frozen=True, kw_only=True)
class Review(ConversionPage):
    """A quote that waits to be confirmed, on a page of its own or in the dialog of the page that asked for it."""

    partial: ClassVar[str] = "wallet/conversion/_review.html"

    @property
    def title(self) -> str:
        count = len(self.lines)
        words = ngettext("Convert %(count)d balance to BNB?", "Convert %(count)d balances to BNB?", count)
        return words % {"count": count}

    @property
    def is_expired(self) -> bool:
        return self.now >= self.conversion.expires_at

    @property
    def is_renewed(self) -> bool:
        """Whether it stands for an offer with older prices."""
        return self.conversion.renews is not None

    @property
    def was(self) -> str:
        """What the offer before would have brought; empty without one."""
        return formats.coin(self.conversion.renews.quoted_net_units) if self.conversion.renews else ""

    @property
    def rows(self) -> list[GivenRow]:
        return [_given(line) for line in self.lines]

    @property
    def receives(self) -> SafeString:
        return markup.coin(self.conversion.quoted_net_units)

    @property
    def worth(self) -> str:
        """The same in the reference currency, by its price at the quote; empty where that is not known."""
        return formats.worth(self.conversion.quoted_worth, self.conversion.currency)

    @property
    def rate(self) -> str:
        """What one BNB costs in BTC."""
        return formats.rate(self.conversion.quoted_rate_btc)

    @property
    def notice(self) -> Notice | None:
        if self.visit.problem:
            return Notice(self.visit.problem, is_problem=True)
        if self.is_renewed:
            words = _("These prices were out of date, so we updated them. Nothing was converted.")
            return Notice(words, is_problem=False)
        return None

    @property
    def say(self) -> str:
        """What a screen reader says when the review takes the place of the one before; empty where it takes none."""
        if self.visit.problem or not self.was:
            return ""
        words = _("Prices updated. You’d receive about %(receive)s BNB. It was %(was)s BNB.")
        return words % {
            "receive": formats.coin(self.conversion.quoted_net_units),
            "was": self.was,
        }

    @property
    def title_takes_focus(self) -> bool:
        """In the dialog, where nothing else wants it."""
        return self.notice is None and not (self.proof and self.proof.problem)

    @property
    def fee(self) -> str:
        """The fee in percent and in BNB, or that there is none."""
        if not self.terms.has_fee:
            return self.terms.fee
        return f"{self.terms.fee} · {formats.coin(self.conversion.quoted_fee_units)} BNB"

    @property
    def next(self) -> SafeString:
        """When another conversion would be possible, were this one confirmed now."""
        return markup.when(self.now + self.eligibility.policy.interval, self.now)

    @cached_property
    def standstill(self) -> Standstill | None:
        return standstill(self.eligibility)

    @property
    def needs_new_prices(self) -> bool:
        """Whether the button asks for new prices, because Confirm can only be refused."""
        return self.is_expired or bool(self.visit.problem)

    @property
    def proof(self) -> Proof | None:
        """The second step that Confirm waits for. New prices come first, where those of the offer are too old."""
        return None if self.needs_new_prices else self.visit.proof

    @property
    def has_confirm(self) -> bool:
        """Whether the customer can do what Confirm asks for."""
        return self.proof is None or self.proof.has_factor

    @property
    def go_label(self) -> str:
        """What the button says."""
        return _("Update prices") if self.needs_new_prices else _("Confirm conversion")

    @cached_property
    def countdown(self) -> Countdown:
        conversion, clock = self.conversion, markup.clock_time(self.conversion.quoted_observed_at)
        over = _("Prices from %(priced_at)s. These prices are out of date.")
        sentence = markup.filled(over, priced_at=clock)
        if not self.is_expired:
            expires = markup.clock_time(conversion.expires_at)
            words = _("Prices from %(priced_at)s. Confirm by %(expires)s.")
            sentence = markup.filled(words, priced_at=clock, expires=expires)
        priced_at = formats.clock_time(conversion.quoted_observed_at)
        running = _("Prices from %(priced_at)s. %(left)s left to confirm.") % {"priced_at": priced_at, "left": "{0}"}
        seconds = max(0, (conversion.expires_at - self.now) // timedelta(seconds=1))
        return Countdown(seconds, sentence, running, over % {"priced_at": priced_at})
