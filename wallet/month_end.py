"""Month end: opening balance + movements = closing balance for each asset and kind of account; conversions by day.

A month is one of UTC, and a transaction belongs to that of its `posted_at`, to the microsecond. A month's figures are the
same whenever they are asked for, also while conversions run:

- transactions, entries and ended conversions never change and never go, and an asset with entries keeps its code and its
  scale (guards, P14);
- `posted_at` is the database's time within the database transaction that writes the row, and none of those lasts longer
  than seconds (the settings' timeouts). So what carries a moment of the month is there an hour after its end; until then
  the month is refused;
- one snapshot is read, and the order is that of codes, kinds and days.

Ids do not decide what belongs: they are made by the clocks of several machines. Each file says the last transaction, the
last entry and how many entries there are up to the month's end. Once an audit has passed of a month that is final, its
figures are written down for good, and the database refuses what would come later with an old moment.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, Max, Min, Sum, Value, When
from django.db.models.functions import TruncDate

from wallet import formats
from wallet.database import clock
from wallet.database.snapshot import snapshot
from wallet.models import Account, Conversion, Entry, Line, MonthEnd, Pulse, Transaction
from wallet.models.pulse import AUDITED

# After its end, a month waits so long for the transactions that were being written then.
SETTLES = timedelta(hours=1)
# An audit is made every 15 minutes; when none has passed for so long, the ledger counts as broken.
AUDIT_LASTS = timedelta(hours=1)

# Sums are made of two halves, since the sum of many customers' units may pass 64 bits. A number of 32 bits, which is what
# PostgreSQL is told that it is.
_HALF = 2**30
_BEFORE = ""
_MONTH = re.compile(r"\A(2[0-9]{3})-(0[1-9]|1[0-2])\Z")


class NoMonth(ValueError):
    """A text that names no month. The text of the error is fit for the person who typed it."""


class NotReady(Exception):
    """The month's figures cannot be told now. The text is fit for an operator."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of UTC."""

    year: int
    number: int

    @classmethod
    def named(cls, text: str) -> "Month":
        """The month that is written like 2026-10. Raises NoMonth."""
        found = _MONTH.match(text)
        if not found:
            raise NoMonth(f"“{text[:20]}” is no month. Write it like 2026-10.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        in_utc = moment.astimezone(UTC)
        return cls(in_utc.year, in_utc.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def begins_at(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer in it."""
        return datetime(self.year + self.number // 12, self.number % 12 + 1, 1, tzinfo=UTC)

    @property
    def final_at(self) -> datetime:
        """From when on its figures can be told."""
        return self.ends_at + SETTLES

    @property
    def previous(self) -> "Month":
        return Month.of(self.begins_at - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Balance:
    """What all accounts of a kind hold of an asset, in its units: `movements` by the kind of transaction."""

    asset: str
    scale: int
    kind: str
    opening: int
    movements: Mapping[str, int]

    @property
    def closing(self) -> int:
        return self.opening + sum(self.movements.values())


@dataclass(frozen=True, slots=True)
class Converted:
    """What was converted of an asset in a day of UTC: `units` are the asset's, gross, fee and net are of BNB."""

    day: date
    asset: str
    scale: int
    conversions: int
    units: int
    gross: int
    fee: int
    net: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the ledger a month ends: the last transaction before its end, the greatest entry, how many entries."""

    transaction: UUID | None
    posted_at: datetime | None
    entry: int
    entries: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a month came to, and where in the ledger it ends."""

    place: Place
    balances: list[Balance]
    converted: list[Converted]


@dataclass(frozen=True, slots=True)
class Report:
    """A month's figures, and the moment of the ledger of which an audit has passed since."""

    month: Month
    place: Place
    balances: list[Balance]
    converted: list[Converted]
    audited_at: datetime


def months() -> Iterator[Month]:
    """From the present month back to that of the first transaction; none without transactions."""
    first = Transaction.objects.aggregate(at=Min("posted_at"))["at"]
    month = Month.of(clock.now())
    while first and month >= Month.of(first):
        yield month
        month = month.previous


def report(month: Month) -> Report:
    """The month's figures as they were written down; until they are, from one snapshot, in one pass over the ledger.

    Raises NotReady when it is not over for an hour, or no audit has passed since, or lately, or it does not add up.
    """
    with snapshot():
        audited_at = _audited_at(month, now=clock.now())
        found = _written(month) or _figures(month)
        return Report(month, found.place, found.balances, found.converted, audited_at)


def close() -> list[Month]:
    """Writes down the figures of each month that can be told and has none yet, the oldest first. Which they were."""
    closed = []
    known = set(MonthEnd.objects.values_list("month", flat=True))
    for month in reversed(list(months())):
        if str(month) in known:
            continue
        try:
            told = report(month)
        except NotReady:
            break
        try:
            with transaction.atomic():
                MonthEnd.objects.create(month=str(month), ends_at=month.ends_at, figures=_record(told))
        except IntegrityError:  # another audit was first
            continue
        closed.append(month)
    return closed


def _record(told: Report) -> dict[str, Any]:
    """As JSON keeps it; its encoder would cut a moment to milliseconds."""
    at = told.place.posted_at
    record = asdict(Figures(told.place, told.balances, told.converted))
    return {**record, "place": {**record["place"], "posted_at": at and at.isoformat()}}


def _written(month: Month) -> Figures | None:
    row = MonthEnd.objects.filter(month=str(month)).first()
    if row is None:
        return None
    place, balances, converted = (row.figures[name] for name in ("place", "balances", "converted"))
    last, posted_at = place["transaction"], place["posted_at"]
    moment = datetime.fromisoformat(posted_at) if posted_at else None
    return Figures(
        Place(UUID(last) if last else None, moment, place["entry"], place["entries"]),
        [Balance(**balance) for balance in balances],
        [Converted(**{**one, "day": date.fromisoformat(one["day"])}) for one in converted],
    )


def _figures(month: Month) -> Figures:
    """From the ledger: from what was written down of the month before, where it was, else from the first entry on."""
    balances, place = _balances(month, _written(month.previous))
    return Figures(place, balances, list(_converted(month)))


def _audited_at(month: Month, *, now: datetime) -> datetime:
    if now < month.final_at:
        raise NotReady(f"{month} is not final before {formats.utc(month.final_at)}.")
    passed = Pulse.objects.moments().get(AUDITED)
    if passed is None or passed < month.final_at:
        raise NotReady(f"No audit has passed since {month} is final. See audit_ledger.")
    if now - passed > AUDIT_LASTS:
        raise NotReady(
            f"No audit has passed since {formats.utc(passed)}, so the ledger is not proved. See audit_ledger."
        )
    return passed


def _balances(month: Month, before: Figures | None) -> tuple[list[Balance], Place]:
    """In the order of assets and kinds of accounts, and where the ledger was at the month's end."""
    sums: defaultdict[tuple[str, int, str], Counter[str]] = defaultdict(Counter)
    last_entry = entries = 0
    if before is not None:
        last_entry, entries = before.place.entry, before.place.entries
        for balance in before.balances:
            sums[balance.asset, balance.scale, balance.kind][_BEFORE] = balance.closing
    for row in _sums(month, since=month.begins_at if before else None):
        key = (row["account__asset__code"], row["account__asset__scale"], row["account__kind"])
        sums[key][row["movement"]] += _whole(row, "moved")
        last_entry, entries = max(last_entry, row["last"]), entries + row["entries"]
    balances = [
        Balance(*key, moved[_BEFORE], {kind: moved[kind] for kind in Transaction.Kind.values})
        for key, moved in sorted(sums.items(), key=lambda item: _order(*item[0]))
    ]
    _require_zero(balances)
    last = Transaction.objects.filter(posted_at__lt=month.ends_at).order_by("-posted_at", "-pk").first()
    transaction_id, posted_at = (last.pk, last.posted_at) if last else (None, None)
    return balances, Place(transaction_id, posted_at, last_entry, entries)


def _order(code: str, scale: int, kind: str) -> tuple[str, int]:
    return code, Account.Kind.values.index(kind)


def _sums(month: Month, *, since: datetime | None) -> Any:
    """Entries until the month's end, added up by asset, kind of account, and what moved them in the month or before."""
    before = When(transaction__posted_at__lt=month.begins_at, then=Value(_BEFORE))
    rows = Entry.objects.filter(transaction__posted_at__lt=month.ends_at)
    return (
        (rows.filter(transaction__posted_at__gte=since) if since else rows)
        .annotate(movement=Case(before, default=F("transaction__kind")))
        .values("account__asset__code", "account__asset__scale", "account__kind", "movement")
        .annotate(**_halves("moved", "units"), entries=Count("pk"), last=Max("pk"))
        .order_by()
    )


def _require_zero(balances: list[Balance]) -> None:
    """P1: what one kind of account has, the others have not."""
    totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for balance in balances:
        for name, units in [(_BEFORE, balance.opening), *balance.movements.items()]:
            totals[balance.asset][name] += units
    wrong = [code for code, moved in totals.items() if any(moved.values())]
    if wrong:
        raise NotReady(f"The entries of {', '.join(wrong)} do not add up to 0. See audit_ledger.")


def _converted(month: Month) -> Iterator[Converted]:
    """By day, then asset."""
    found = (
        Line.objects.filter(
            conversion__status=Conversion.Status.COMPLETED,
            conversion__transaction__posted_at__gte=month.begins_at,
            conversion__transaction__posted_at__lt=month.ends_at,
        )
        .annotate(day=TruncDate("conversion__transaction__posted_at", tzinfo=UTC))
        .values("day", "asset__code", "asset__scale")
        .annotate(
            conversions=Count("pk"),
            **_halves("given", "units"),
            **_halves("gross", "gross_units"),
            **_halves("fee", "fee_units"),
            **_halves("net", "net_units"),
        )
        .order_by()
    )
    for row in sorted(found, key=lambda row: (row["day"], row["asset__code"])):
        units, gross, fee, net = (_whole(row, name) for name in ("given", "gross", "fee", "net"))
        yield Converted(row["day"], row["asset__code"], row["asset__scale"], row["conversions"], units, gross, fee, net)


def _halves(name: str, field: str) -> dict[str, Any]:
    """Both halves of a field's sum, which `_whole` puts together: as databases divide, their parts add up to the number."""
    return {f"{name}_high": Sum(F(field) / _HALF), f"{name}_low": Sum(F(field) % _HALF)}


def _whole(row: Mapping[str, Any], name: str) -> int:
    return int(row[f"{name}_high"]) * _HALF + int(row[f"{name}_low"])
