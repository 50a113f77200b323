"""What the page of the history shows: the conversions that its filters leave, a page of them at a time."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import ngettext

from wallet import formats
from wallet.models import Conversion
from wallet.pages import charts


@dataclass(frozen=True)
class History:
    """One page of a customer's conversions, newest first, and what all that match come to.

    `newer` and `older` name the conversions that the pages beside it go on from; empty where there is none.
    """

    running: Conversion | None
    conversions: list[Conversion]
    count: int
    received_units: int
    months: list[charts.Month]
    newer: str = ""
    older: str = ""
    is_lost: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.conversions and self.running is None

    @property
    def summary(self) -> str:
        words = ngettext(
            "%(count)d conversion, %(amount)s BNB received",
            "%(count)d conversions, %(amount)s BNB received",
            self.count,
        )
        return words % {"count": self.count, "amount": formats.coin(self.received_units)}


def history(*, user: User, conditions: dict[str, Any], before: str = "", after: str = "", size: int) -> History:
    """The page that goes on after the conversion `before`, or ends where `after` begins; without either, the first.

    A reference that is none of the customer's leads to the first page, which then says that it is lost. What still runs
    stands on top of the first page, whatever its number.
    """
    own = Conversion.objects.of(user).history()
    found = own.matching(**conditions)
    count, received = found.count(), found.received_by_month()
    units, months = sum(received.values()), charts.months(received)
    rows = found.finished().with_assets()
    mark = own.filter(reference=before or after).values_list("pk", flat=True).first() if before or after else None
    if mark is not None and after and not before:
        shown = list(rows.after(mark)[: size + 1])
        has_newer, shown = len(shown) > size, shown[:size][::-1]
        older, newer = (shown[-1].reference if shown else ""), (shown[0].reference if has_newer else "")
        return History(None, shown, count, units, months, newer, older)
    shown = list((rows if mark is None else rows.before(mark))[: size + 1])
    has_older, shown = len(shown) > size, shown[:size]
    older = shown[-1].reference if has_older else ""
    if mark is not None:
        return History(None, shown, count, units, months, shown[0].reference if shown else "", older)
    running = found.confirmed().with_assets().first()
    return History(running, shown, count, units, months, "", older, is_lost=bool(before or after))
