"""The part of the history that one page shows, and what all conversions that match come to. Reads only."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from wallet.models import Conversion
from wallet.models.conversions import ConversionQuerySet
from wallet.pages import charts
from wallet.pages.history.rows import ConversionRow, Running, row, running


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: with what is older than the conversion `before`, or newer than `after`; else at the start."""

    before: str = ""
    after: str = ""

    @property
    def reference(self) -> str:
        return self.before or self.after

    @property
    def leads_back(self) -> bool:
        return bool(self.after) and not self.before


@dataclass(frozen=True, slots=True)
class Window:
    """A page of the customer's conversions that have ended, newest first, and what all that match come to.

    `newer` and `older` name the conversions that the pages beside it go on from; empty where there is none.
    `is_lost`: the place that was asked for is not there, and this is the first page.
    """

    running: Running | None
    rows: list[ConversionRow]
    count: int
    received_units: int
    months: list[charts.Month]
    newer: str = ""
    older: str = ""
    is_lost: bool = False

    @property
    def has_worths(self) -> bool:
        """Whether a row says what it was worth; each does in the currency chosen at its time."""
        return any(row.worth for row in self.rows)


def window(*, user: User, conditions: dict[str, Any], place: Place, size: int, now: datetime) -> Window:
    """The page of so many at this place. A reference that is none of the customer's leads to the first page.

    `conditions` are those of ConversionQuerySet.matching. What still runs stands on top of the first page, whatever its
    number.
    """
    own = Conversion.objects.of(user).history()
    found = own.matching(**conditions)
    count, received = found.count(), found.received_by_month()
    whole = Window(None, [], count, sum(received.values()), charts.months(received))
    ended = found.finished().with_assets()
    mark = own.filter(reference=place.reference).values_list("pk", flat=True).first() if place.reference else None
    if mark is None:
        first = replace(_older(ended, size, whole), is_lost=bool(place.reference))
        runs = found.confirmed().with_assets().first()
        return replace(first, running=running(runs, now) if runs else None)
    return _newer(ended.after(mark), size, whole) if place.leads_back else _on(_older(ended.before(mark), size, whole))


def _older(ended: ConversionQuerySet, size: int, whole: Window) -> Window:
    """The newest of these."""
    found = list(ended[: size + 1])
    shown = [row(conversion) for conversion in found[:size]]
    return replace(whole, rows=shown, older=shown[-1].reference if len(found) > size else "")


def _on(page: Window) -> Window:
    """The same, but not the first page: it leads back."""
    return replace(page, newer=page.rows[0].reference if page.rows else "")


def _newer(ended: ConversionQuerySet, size: int, whole: Window) -> Window:
    """The oldest of these, which come the oldest first."""
    found = list(ended[: size + 1])
    shown = [row(conversion) for conversion in reversed(found[:size])]
    newer = shown[0].reference if len(found) > size else ""
    return replace(whole, rows=shown, newer=newer, older=shown[-1].reference if shown else "")
