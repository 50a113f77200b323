"""Which conversions a history shows: the filters that are set, as its links and its words have them."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import files, formats
from wallet.models import Conversion

# How the address calls what cannot, or should not, name an attribute.
NAMES = {"since": "from", "until": "to"}


@dataclass(frozen=True, slots=True)
class Filters:
    """Each None or empty where it is not set. Days are whole ones in the customer's time zone, `until` the last."""

    status: str = ""
    since: date | None = None
    until: date | None = None
    asset: str = ""

    @property
    def applied(self) -> dict[str, Any]:
        """Those that are set."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    def address(self, name: str = "history", **more: str) -> str:
        """The page of this name for these filters; `more` is what its address says besides."""
        said = {NAMES.get(name, name): value for name, value in self.applied.items()} | more
        return f"{reverse(name)}?{urlencode(said)}" if said else reverse(name)


@dataclass(frozen=True, slots=True)
class Preset:
    """A range of days up to today that a click sets, and whether it is the one that is set.

    `keeps_focus`: it takes the focus of a filter that was taken away.
    """

    label: str
    address: str
    is_current: bool
    keeps_focus: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, in words, and the page without it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Download:
    """A kind of file of what the filters leave."""

    label: str
    address: str


def presets(filters: Filters, now: datetime, *, keeps_focus: bool = False) -> list[Preset]:
    """The other filters stay. `keeps_focus` is for the first of them."""
    today = timezone.localtime(now).date()
    ranges = [
        (
            ngettext("Last %(count)d day", "Last %(count)d days", days) % {"count": days},
            today - timedelta(days=days - 1),
        )
        for days in (7, 30, 90)
    ]
    chosen = None if filters.until else filters.since
    return [
        Preset(
            label,
            replace(filters, since=since, until=None).address(),
            is_current=since == chosen,
            keeps_focus=keeps_focus and number == 0,
        )
        for number, (label, since) in enumerate([*ranges, (_("This year"), today.replace(month=1, day=1))])
    ]


def chips(filters: Filters) -> list[Chip]:
    words: dict[str, Callable[[Any], str]] = {
        "status": lambda value: _("Status: {value}").format(value=Conversion.Status(value).label),
        "since": lambda value: _("From {value}").format(value=formats.day(value)),
        "until": lambda value: _("To {value}").format(value=formats.day(value)),
        "asset": lambda value: _("Asset: {value}").format(value=value),
    }
    unset = Filters()
    return [
        Chip(words[name](value), replace(filters, **{name: getattr(unset, name)}).address())
        for name, value in filters.applied.items()
    ]


def downloads(filters: Filters) -> list[Download]:
    return [
        Download(str(kind.label), filters.address("export", **({} if name == files.OWN.name else {"format": name})))
        for name, kind in files.FORMATS.items()
    ]
