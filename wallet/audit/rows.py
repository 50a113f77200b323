"""What the audit of conversions reads: completed conversions, their lines, the entries posted for them, and the policies."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from wallet import money
from wallet.audit.reading import CHUNK, Rows, as_text
from wallet.audit.violation import Violation
from wallet.database.rows import lookup
from wallet.models import Conversion, Entry, Line, Policy, Transaction


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    pk: int = lookup("pk")
    created_at: datetime = lookup("created_at")
    effective_from: datetime | None = lookup("effective_from")
    withdrawal: int | None = lookup("withdrawal")
    dust_limit_btc: Decimal = lookup("dust_limit_btc")
    tolerance_percent: Decimal = lookup("tolerance_percent")
    fee_percent: Decimal = lookup("fee_percent")
    interval_seconds: int = lookup("interval_seconds")
    quote_seconds: int = lookup("quote_seconds")
    longest_wait_seconds: int = lookup("longest_wait_seconds")

    @property
    def effective_at(self) -> datetime:
        """From when it was in force, unless it was withdrawn before."""
        return self.effective_from or self.created_at


def policy_versions() -> Rows[PolicyVersion]:
    """Every version, the oldest first; there are few."""
    return Rows(PolicyVersion, Policy.objects.order_by("pk"), promise="P14", name="policy")


@dataclass(frozen=True, slots=True)
class Priced:
    """The price that something was settled at, and the figures that were written down. A line has its asset's price; a
    conversion has BNB's and the totals. What a settlement writes may be missing from what was tampered with."""

    rate_btc: Decimal | None = lookup("settled_rate_btc")
    observed_at: datetime | None = lookup("settled_observed_at")
    quoted_path: str = lookup("quoted_path")
    quoted_legs: str = as_text("quoted_legs")
    path: str = lookup("settled_path")
    legs: str | None = as_text("settled_legs")
    gross_units: int | None = lookup("gross_units")
    fee_units: int | None = lookup("fee_units")
    net_units: int | None = lookup("net_units")
    value_sats: int | None = lookup("value_sats")

    @property
    def figures(self) -> money.Figures | None:
        """None where one is missing."""
        gross, fee, net, value = self.gross_units, self.fee_units, self.net_units, self.value_sats
        if gross is None or fee is None or net is None or value is None:
            return None
        return money.Figures(gross, fee, net, value)

    @property
    def usable_rate(self) -> Decimal | None:
        """The stored rate, where one can reckon with it."""
        return self.rate_btc if self.rate_btc is not None and self.rate_btc > 0 else None

    @property
    def quoted_rate(self) -> Fraction | None:
        """The exact rate of the quote, by the market's own prices; None where they are no prices."""
        return _exact_rate(self.quoted_legs)

    @property
    def settled_rate(self) -> Fraction | None:
        """The exact rate of the settlement, by the market's own prices; None where they are no prices."""
        return _exact_rate(self.legs)


@lru_cache(4_096)  # as many conversions were settled at each price
def _exact_rate(legs: str | None) -> Fraction | None:
    try:
        return money.exact_rate(json.loads(legs or "null"))
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class CompletedConversion(Priced):
    pk: int = lookup("pk")
    reference: str = lookup("reference")
    user: int = lookup("user")
    policy: int = lookup("policy")
    confirmed_at: datetime = lookup("confirmed_at")
    finished_at: datetime = lookup("finished_at")
    posted_reference: str | None = lookup("transaction__reference")
    posted_at: datetime | None = lookup("transaction__posted_at")


@dataclass(frozen=True, slots=True)
class CompletedLine(Priced):
    pk: int = lookup("pk")
    conversion: int = lookup("conversion")
    asset: int = lookup("asset")
    code: str = lookup("asset__code")
    scale: int = lookup("asset__scale")
    units: int = lookup("units")


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry of a conversion's transaction; the user is None for the house's."""

    pk: int = lookup("pk")
    conversion: int = lookup("transaction__conversion__pk")
    kind: str = lookup("account__kind")
    user: int | None = lookup("account__user")
    asset: int = lookup("account__asset")
    units: int = lookup("units")
    balance_units: int | None = lookup("balance_units")


def completed_conversions() -> Rows[CompletedConversion]:
    rows = Conversion.objects.completed().order_by("pk")
    return Rows(CompletedConversion, rows, promise="P7", name="conversion")


def lines_by_conversion() -> "ByConversion[CompletedLine]":
    rows = Line.objects.filter(conversion__status=Conversion.Status.COMPLETED).order_by("conversion_id", "pk")
    return ByConversion(Rows(CompletedLine, rows, promise="P7", name="line"))


def entries_by_conversion() -> "ByConversion[PostedEntry]":
    rows = Entry.objects.filter(transaction__kind=Transaction.Kind.CONVERSION, transaction__conversion__isnull=False)
    ordered = rows.order_by("transaction__conversion__pk", "account_id", "pk")
    return ByConversion(Rows(PostedEntry, ordered, promise="P7", name="entry"))


Row = TypeVar("Row", CompletedLine, PostedEntry)


class ByConversion(Generic[Row]):
    """A stream of rows in the order of their conversions, handed out a conversion at a time."""

    def __init__(self, rows: Rows[Row]) -> None:
        self._all: Rows[Row] = rows
        self._groups: Iterator[tuple[int, Iterator[Row]]] = groupby(rows, key=attrgetter("conversion"))
        self._pk: int | None
        self._rows: Iterator[Row]
        self._pk, self._rows = self._next()

    def _next(self) -> tuple[int | None, Iterator[Row]]:
        return next(self._groups, (None, iter(())))

    def of(self, pk: int) -> list[Row]:
        """The rows of this conversion. Those before it are passed over, so ask in ascending order."""
        found: list[Row] = []
        while self._pk is not None and self._pk <= pk:
            found = list(self._rows) if self._pk == pk else []
            self._pk, self._rows = self._next()
        return found

    def broken(self) -> Iterator[Violation]:
        """The rows that were left out since this was last asked."""
        return self._all.broken()

    def rest(self) -> Iterator[Violation]:
        """Those left out among the rows that no conversion asked for; afterwards there are none."""
        for _ in self._groups:
            yield from self.broken()
        yield from self.broken()


@dataclass(frozen=True, slots=True)
class Named:
    """What is told of by its reference: a transaction or a conversion."""

    pk: int | UUID = lookup("pk")
    reference: str = lookup("reference")


def named(query: QuerySet[Any], *, promise: str, name: str, problem: str) -> Iterator[Violation]:
    """This problem of each of them; one whose reference cannot be read is told of too, by its key."""
    found = Rows(Named, query.order_by("pk"), promise=promise, name=name)
    for row in found:
        yield Violation(promise, f"{name} {row.reference}", problem)
        yield from found.broken()
    yield from found.broken()


def values(query: QuerySet[Any], name: str) -> Iterator[Any]:
    """One column of a query, some thousand rows in memory at a time. One that cannot be read raises."""
    return query.values_list(name, flat=True).iterator(chunk_size=CHUNK)
