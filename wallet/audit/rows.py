"""What the audit of conversions reads: a completed conversion, its lines, and the entries that were posted for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from wallet import money
from wallet.database.rows import lookup, stream
from wallet.models import Conversion, Entry, Line, Transaction

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Priced:
    """The price that something was settled at, and the figures that were written down. A line has its asset's price; a
    conversion has BNB's and the totals."""

    rate_btc: Decimal = lookup("settled_rate_btc")
    observed_at: datetime = lookup("settled_observed_at")
    quoted_legs: list[dict[str, str]] = lookup("quoted_legs")
    legs: list[dict[str, str]] = lookup("settled_legs")
    gross_units: int = lookup("gross_units")
    fee_units: int = lookup("fee_units")
    net_units: int = lookup("net_units")
    value_sats: int = lookup("value_sats")

    @property
    def figures(self) -> money.Figures:
        return money.Figures(self.gross_units, self.fee_units, self.net_units, self.value_sats)

    @property
    def quoted_rate(self) -> Fraction:
        """The exact rate of the quote, by the market's own prices."""
        return money.exact_rate(self.quoted_legs)

    @property
    def settled_rate(self) -> Fraction:
        """The exact rate of the settlement, by the market's own prices."""
        return money.exact_rate(self.legs)


@dataclass(frozen=True, slots=True)
class CompletedConversion(Priced):
    pk: int = lookup("pk")
    reference: str = lookup("reference")
    user: int = lookup("user")
    policy: int = lookup("policy")
    confirmed_at: datetime = lookup("confirmed_at")
    finished_at: datetime = lookup("finished_at")
    posted_reference: str = lookup("transaction__reference")
    posted_at: datetime = lookup("transaction__posted_at")


@dataclass(frozen=True, slots=True)
class CompletedLine(Priced):
    conversion: int = lookup("conversion")
    asset: int = lookup("asset")
    code: str = lookup("asset__code")
    scale: int = lookup("asset__scale")
    units: int = lookup("units")


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry of a conversion's transaction; the user is None for the house's."""

    conversion: int = lookup("transaction__conversion__pk")
    kind: str = lookup("account__kind")
    user: int | None = lookup("account__user")
    asset: int = lookup("account__asset")
    units: int = lookup("units")
    balance_units: int | None = lookup("balance_units")


def completed_conversions() -> Iterator[CompletedConversion]:
    return stream(CompletedConversion, Conversion.objects.completed().order_by("pk"), chunk=CHUNK)


def lines_by_conversion() -> "ByConversion[CompletedLine]":
    rows = Line.objects.filter(conversion__status=Conversion.Status.COMPLETED)
    return ByConversion(CompletedLine, rows.order_by("conversion_id", "asset_id"))


def entries_by_conversion() -> "ByConversion[PostedEntry]":
    rows = Entry.objects.filter(transaction__kind=Transaction.Kind.CONVERSION, transaction__conversion__isnull=False)
    return ByConversion(PostedEntry, rows.order_by("transaction__conversion__pk", "account_id"))


Row = TypeVar("Row", CompletedLine, PostedEntry)


class ByConversion(Generic[Row]):
    """A stream of rows in the order of their conversions, handed out a conversion at a time."""

    def __init__(self, row: type[Row], query: QuerySet[Any]) -> None:
        self._groups: Iterator[tuple[int, Iterator[Row]]] = groupby(
            stream(row, query, chunk=CHUNK), key=attrgetter("conversion")
        )
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
