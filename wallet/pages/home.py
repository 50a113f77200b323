"""The admin's first page: how things stand, in figures that each lead to the very rows that they count (P20).

A figure whose rows its reader may not see is not there. Words are English and times UTC, as in all of the admin.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse

from wallet import formats, proposals
from wallet.alerts import within_a_day
from wallet.models import Conversion, Opening, Proposal
from wallet.models.assets import source_name
from wallet.models.pulse import AUDIT_FAILED, AUDITED, SWEPT, taken_from
from wallet.pages.demonstration import Suggestion, for_operators
from wallet.pages.lists import rows_of
from wallet.watch import Happened, Standing

Status = Conversion.Status


@dataclass(frozen=True, slots=True)
class Figure:
    """What stands in a line of the panel. `rows` is how many rows the list at `address` has."""

    name: str
    value: str
    address: str
    rows: int
    note: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one kind, and the permission to see what they count."""

    title: str
    permission: str
    figures: Callable[[], Iterator[Figure]]


@dataclass(frozen=True)
class HomePage:
    """For the operator who reads it."""

    standing: Standing
    reader: User

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        """What there is to try in a demonstration; nothing elsewhere."""
        return for_operators()

    @property
    def at(self) -> str:
        return formats.utc(self.standing.now)

    @cached_property
    def groups(self) -> list[tuple[str, list[Figure]]]:
        """What this reader may see, by title. A further kind of figure is a line here."""
        known = [
            Group("Conversions are", "wallet.view_opening", self._service),
            Group("Prices", "wallet.view_price", self._prices),
            Group("The last 24 hours", "wallet.view_conversion", self._outcomes),
            Group("Unfinished", "wallet.view_conversion", self._unfinished),
            Group("Proposals", "wallet.view_proposal", self._proposals),
            Group("The treasury", "wallet.read_treasury", self._treasury),
            Group("The last audit", "wallet.view_pulse", self._audit),
            Group("Workers", "wallet.view_pulse", self._workers),
        ]
        return [(group.title, list(group.figures())) for group in known if self.reader.has_perm(group.permission)]

    def _service(self) -> Iterator[Figure]:
        held, planned = self.standing.held, self.standing.planned
        notes = " ".join(map(_closing, held))
        value = "Closed" if held else "Open"
        yield Figure("Now", value, _list("opening", standing="now"), len(held), notes, is_bad=bool(held))
        if planned:
            notes = " ".join(map(_closing, planned))
            yield Figure(
                "Planned closings", str(len(planned)), _list("opening", standing="planned"), len(planned), notes
            )

    def _prices(self) -> Iterator[Figure]:
        source, limit = source_name(), self.standing.policy.price_age
        bnb, longest = self.standing.bnb, f"of {source}; at most {span(limit)}"
        rows = 1 if bnb else 0
        address = _list("price", source__exact=source, asset__exact=bnb.asset_id if bnb else 0)
        yield Figure("BNB’s price", age(self.standing.price), address, rows, longest, self.standing.price.is_old)
        old = self.standing.old_prices
        before = (self.standing.now - limit).isoformat()
        address = _list("price", source__exact=source, observed_at__lt=before)
        yield Figure("Prices older than that", f"{old:,}", address, old, is_bad=old > 0)

    def _outcomes(self) -> Iterator[Figure]:
        counts = self.standing.outcomes
        ended = sum(counts.values())
        for status in Conversion.FINAL:
            count = counts[status]
            share = _share(count, ended) if status is Status.STOPPED else ""
            address = rows_of("conversion", within_a_day(self.standing, status))
            is_bad = status is Status.FAILED and count > 0
            yield Figure(str(status.value).capitalize(), f"{count:,}", address, count, share, is_bad)

    def _unfinished(self) -> Iterator[Figure]:
        count, oldest = self.standing.unfinished, self.standing.oldest_at
        note = f"the oldest was confirmed {span(self.standing.now - oldest)} ago" if oldest else ""
        address = _list("conversion", status__exact=Status.CONFIRMED.value)
        yield Figure("In progress", f"{count:,}", address, count, note, self.standing.is_stuck)

    def _proposals(self) -> Iterator[Figure]:
        mine = decidable(self.reader, self.standing.now).count()
        yield Figure("Wait for you", str(mine), _list("proposal", waits="me"), mine, is_bad=mine > 0)
        everybody = self.standing.waiting
        yield Figure("Wait for anybody", str(everybody), _list("proposal", waits="anybody"), everybody)

    def _treasury(self) -> Iterator[Figure]:
        found = self.standing.treasury
        notes = " ".join(warning.text for warning in found)
        address = reverse("admin:wallet_houseaccount_treasury")
        yield Figure("Warnings", str(len(found)), address, len(found), notes, is_bad=bool(found))

    def _audit(self) -> Iterator[Figure]:
        audit, failed_at = self.standing.audit, self.standing.failed_at
        if failed_at:
            said = f"the one of {formats.utc(failed_at)} found something: the log says what"
            yield Figure("Failed", f"{span(self.standing.now - failed_at)} ago", _pulse(AUDIT_FAILED), 1, said, True)
        yield Figure("Passed", age(audit), _pulse(AUDITED), _row(audit), _moment(audit), audit.is_old)

    def _workers(self) -> Iterator[Figure]:
        beat = self.standing.beat
        yield Figure("Sweep", age(beat), _pulse(SWEPT), _row(beat), _moment(beat), beat.is_old)
        for queue, taken in self.standing.queues.items():
            address, note = _pulse(taken_from(queue)), _moment(taken)
            yield Figure(f"Queue {queue}", age(taken), address, _row(taken), note, taken.is_old)


def decidable(user: User, now: datetime) -> QuerySet[Proposal]:
    """The proposals that wait for this user, who may decide on their kind, and has no part in them yet."""
    kinds = [name for name, kind in proposals.KINDS.items() if user.has_perm(kind.decide_permission)]
    return Proposal.objects.waiting(now).for_others(user).filter(kind__in=kinds)


def span(length: timedelta) -> str:
    """A length of time in its two greatest units, cut: 42 s, 12 min 5 s, 3 h 20 min, 4 d 2 h."""
    seconds = max(0, length // timedelta(seconds=1))
    units = [("d", seconds // 86_400), ("h", seconds // 3600 % 24), ("min", seconds // 60 % 60), ("s", seconds % 60)]
    first = next((place for place, (_, count) in enumerate(units) if count), 3)
    return " ".join(f"{count} {name}" for name, count in units[first : first + 2] if count) or "0 s"


def age(what: Happened) -> str:
    """How long ago it happened, or that it never did."""
    if what.at:
        return f"{span(what.now - what.at)} ago"
    return "not due yet" if what.is_not_due else "never"


# Who closes, where no operator did.
CLOSERS: dict[str, str] = {
    Opening.Cause.BREAKER: "the house breaker",
    Opening.Cause.TREASURY: "the treasury's limits",
    Opening.Cause.BNB: "BNB's pause",
}


def _moment(what: Happened) -> str:
    longest = f"at most {span(what.longest)}"
    return f"at {formats.utc(what.at)}; {longest}" if what.at else longest


def _row(what: Happened) -> int:
    return 1 if what.at else 0


def _closing(closing: Opening) -> str:
    who = closing.created_by.get_username() if closing.created_by else CLOSERS.get(closing.cause, "an operator")
    since = formats.utc(closing.closes_at or closing.created_at)
    until = formats.utc(closing.reopens_at) if closing.reopens_at else "somebody opens"
    return f"From {since} until {until}, by {who}: {closing.reason or closing.notice}"


def _share(count: int, total: int) -> str:
    return f"{Decimal(100 * count) / total:.1f}% of all that ended" if total else ""


def _list(model: str, **filters: str | int) -> str:
    return rows_of(model, filters)


def _pulse(name: str) -> str:
    return _list("pulse", name__exact=name)
