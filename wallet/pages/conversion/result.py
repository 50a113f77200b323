"""What came of a conversion: completed, stopped or failed, each with the receipt."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wallet import formats
from wallet.models import Line
from wallet.pages import charts, markup
from wallet.pages.buttons import Button
from wallet.pages.conversion.calculation import UsedPrice, rule, used_prices, worked
from wallet.pages.conversion.changes import Changes, changes
from wallet.pages.conversion.page import ConversionPage
from wallet.pages.standstill import again_at
from wallet.pages.status import ending
from wallet.refusals import Code, Words

NEWS = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Result(ConversionPage):
    """A conversion that ended."""

    partial: ClassVar[str] = "wallet/conversion/_result.html"
    # The class that colours the status; the words beside it say the same.
    tone: ClassVar[str]
    icon: ClassVar[str] = "icons/warning.svg"
    is_completed: ClassVar[bool] = False

    @property
    def status(self) -> str:
        return ending(self.conversion)

    @property
    def headline(self) -> str:
        return self.title

    @property
    def lede(self) -> SafeString:
        raise NotImplementedError

    @property
    def buttons(self) -> list[Button]:
        raise NotImplementedError

    # The record.

    @property
    def record_title(self) -> str:
        return _("Show the record")

    @property
    def ended_term(self) -> str:
        return _("Ended")

    @property
    def fee(self) -> str:
        units = self.conversion.fee_units
        return f"{formats.coin(units)} BNB" if units else pgettext("fee", "None")

    @property
    def observed(self) -> str:
        """When the prices that decided were, the first and, unless it was at once, the last; empty without any."""
        observed = [priced.settled_observed_at for priced in (self.conversion, *self.lines)]
        moments = sorted({moment for moment in observed if moment})
        if not moments:
            return ""
        first, last = markup.full_time(moments[0]), markup.clock_time(moments[-1])
        return first if len(moments) == 1 else format_html("{} – {}", first, last)

    @property
    def quoted(self) -> SafeString:
        return markup.full_time(self.conversion.quoted_at)

    @property
    def ended(self) -> SafeString:
        assert self.conversion.finished_at is not None
        return markup.full_time(self.conversion.finished_at)


@dataclass(frozen=True, slots=True)
class ConvertedRow:
    """A balance that was given up, and the BNB that it was to bring and did."""

    code: str
    amount: str
    estimated: str
    received: str


@dataclass(frozen=True, kw_only=True)
class Completed(Result):
    icon: ClassVar[str] = "icons/check.svg"
    tone: ClassVar[str] = "ok"
    is_completed: ClassVar[bool] = True

    @property
    def received(self) -> str:
        assert self.conversion.net_units is not None
        return formats.coin(self.conversion.net_units)

    @property
    def estimated(self) -> str:
        return formats.coin(self.conversion.quoted_net_units)

    @property
    def rows(self) -> list[ConvertedRow]:
        return [_converted(line) for line in self.lines]

    @property
    def title(self) -> str:
        return _("You received {amount} BNB").format(amount=self.received)

    @property
    def headline(self) -> str:
        words = _('You received <span class="num nb">%(amount)s BNB</span>')
        return markup.filled(words, amount=self.received)

    @property
    def worth(self) -> str:
        """What it was worth in the reference currency when it was converted; empty where that is not known."""
        return formats.worth(self.conversion.received_worth, self.conversion.currency)

    @property
    def lede(self) -> SafeString:
        worth = _("Worth %(worth)s when it was converted.") % {"worth": self.worth} if self.worth else ""
        if not self.is_news:
            return markup.joined(worth, _("It went to your Fiat and Spot wallet."))
        return markup.joined(worth, _("It’s in your Fiat and Spot wallet now."), self._when_again)

    @property
    def is_news(self) -> bool:
        """Whether it is recent: what may be done now is of interest to whoever reads it."""
        assert self.conversion.finished_at is not None
        return self.now - self.conversion.finished_at < NEWS

    @property
    def _when_again(self) -> str:
        """When the customer can convert again, unless something else stands in the way."""
        if self.eligibility.until_at:
            return again_at(self.eligibility.until_at, self.now)
        return _("You can convert again now.") if self.eligibility.may_convert else ""

    @property
    def buttons(self) -> list[Button]:
        wallet = Button(_("Go to wallet"), reverse("wallet"))
        if not self.left or not self.is_news:
            return [wallet]
        words = ngettext("%(count)s small balance left", "%(count)s small balances left", self.left)
        return [wallet, Button(words % {"count": self.left}, reverse("dust"), is_second=True)]

    @cached_property
    def strip(self) -> charts.Strip:
        """What was received compared with the estimate."""
        conversion = self.conversion
        assert conversion.net_units is not None
        tolerance = conversion.policy.tolerance_percent
        return charts.received_strip(conversion.quoted_net_units, conversion.net_units, tolerance)

    @property
    def record_title(self) -> str:
        return _("Show the calculation")

    @property
    def calculation(self) -> str:
        return rule(self.terms, [self.conversion, *self.lines])

    @property
    def worked(self) -> str:
        """The first balance's with its figures."""
        return worked(self.conversion, self.lines[0])

    @property
    def prices(self) -> list[UsedPrice]:
        return used_prices(self.conversion, self.lines)

    @property
    def ended_term(self) -> str:
        return _("Converted")


def _converted(line: Line) -> ConvertedRow:
    assert line.net_units is not None
    return ConvertedRow(
        code=line.asset.code,
        amount=formats.exact_amount(line.units, line.asset.scale),
        estimated=formats.coin(line.quoted_net_units),
        received=formats.coin(line.net_units),
    )


@dataclass(frozen=True, kw_only=True)
class Unconverted(Result):
    """Nothing was converted. It says what prices did meanwhile, and leads to another try."""

    @property
    def reason(self) -> Words:
        """Why it was stopped or failed."""
        return self.conversion.told.words

    @cached_property
    def changes(self) -> Changes:
        return changes(self.conversion, self.lines)

    @property
    def strip(self) -> charts.Strip | None:
        return self.changes.strip

    @property
    def try_again(self) -> Button:
        return Button(_("Try again with new prices"), f"{reverse('dust')}?from={self.reference}")

    @property
    def go_back(self) -> Button:
        return Button(_("Back to wallet"), reverse("wallet"), is_second=True)


@dataclass(frozen=True, kw_only=True)
class Stopped(Unconverted):
    tone: ClassVar[str] = "warn"

    @property
    def title(self) -> str:
        return _("Nothing was converted")

    @property
    def lede(self) -> SafeString:
        return markup.joined(*self.reason, markup.filled("<b>%(words)s</b>", words=self.assurance))

    @property
    def assurance(self) -> str:
        """That nothing is lost by it."""
        words = _("We took nothing, and this didn’t use up your wait of %(interval)s.")
        if self.is_untouched:
            words = _("Your balances haven’t changed, and this didn’t use up your wait of %(interval)s.")
        return words % {"interval": self.terms.interval}

    @property
    def is_untouched(self) -> bool:
        """Whether the balances are surely those of the quote: every rule was asked, and only prices said no."""
        return all(refusal.code is Code.PRICE_CHANGED for refusal in self.conversion.refusals)

    @property
    def buttons(self) -> list[Button]:
        """What can be done now: while conversions are closed, nothing is to be tried again."""
        if not self.eligibility.service.is_open:
            return [Button(_("Back to wallet"), reverse("wallet"))]
        return [self.try_again, self.go_back]


@dataclass(frozen=True, kw_only=True)
class Failed(Unconverted):
    tone: ClassVar[str] = "bad"

    @property
    def title(self) -> str:
        return _("We couldn’t convert your balances")

    @property
    def lede(self) -> SafeString:
        return markup.joined(_("Nothing was taken from your wallet."), *self.reason)

    @property
    def buttons(self) -> list[Button]:
        help_address = f"{reverse('help')}?reference={self.reference}"
        return [self.try_again, Button(_("Get help"), help_address, is_second=True), self.go_back]
