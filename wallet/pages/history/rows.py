"""The history's rows."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wallet import formats, validators
from wallet.models import Conversion
from wallet.pages import markup, polling, status

NAMED = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of BNB, or a word that stands for it."""

    words: str
    is_amount: bool

    @property
    def unit(self) -> str:
        """The unit behind it; empty behind a word."""
        return validators.BNB if self.is_amount else ""


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """One conversion in a list. `tone` is the class that colours its status; `worth` is what was received in the currency
    that the customer thought in, empty where that is not known."""

    reference: str
    dated: str
    status: str
    tone: str
    assets: str
    fee: Figure
    received: Figure
    worth: str


@dataclass(frozen=True, slots=True)
class Running:
    """The row of a conversion that ran when the history was shown; `poll_every` is None once it has ended."""

    row: ConversionRow
    poll_every: str | None

    @property
    def say(self) -> str:
        """What a screen reader says when it has ended."""
        return f"{self.row.status}: {self.row.reference}"


def row(conversion: Conversion) -> ConversionRow:
    return ConversionRow(
        reference=conversion.reference,
        dated=markup.short_time(conversion.dated_at),
        status=str(conversion.get_status_display()),
        tone=status.tone(conversion),
        assets=assets_text(conversion),
        fee=_fee(conversion),
        received=_received(conversion),
        worth=formats.worth(conversion.received_worth, conversion.currency),
    )


def running(conversion: Conversion, now: datetime) -> Running:
    return Running(row(conversion), polling.poll_every(conversion, now) if conversion.is_confirmed else None)


def assets_text(conversion: Conversion) -> str:
    """The assets in short, the largest first: "7 assets: LINK, TRX, DOGE +4". Its lines were read with it."""
    lines = sorted(conversion.lines.all(), key=lambda line: -line.quoted_value_sats)
    codes = ", ".join(line.asset.code for line in lines[:NAMED])
    more = f" +{len(lines) - NAMED}" if len(lines) > NAMED else ""
    words = ngettext("%(count)d asset: %(codes)s", "%(count)d assets: %(codes)s", len(lines))
    return words % {"count": len(lines), "codes": f"{codes}{more}"}


def _fee(conversion: Conversion) -> Figure:
    if conversion.is_confirmed:
        return Figure(_("Not known yet"), is_amount=False)
    if conversion.fee_units:
        return Figure(formats.coin(conversion.fee_units), is_amount=True)
    return Figure(pgettext("fee", "None"), is_amount=False)


def _received(conversion: Conversion) -> Figure:
    if conversion.is_confirmed:
        return Figure(_("Not known yet"), is_amount=False)
    return Figure(formats.coin(conversion.net_units or 0), is_amount=True)
