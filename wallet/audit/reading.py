"""Reads rows as they are stored, whatever that is: what no row should hold is told of, and the rows after it are read."""

from collections.abc import Generator, Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from django.db import OperationalError
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from wallet.audit.violation import Violation
from wallet.database.rows import lookup, stream

CHUNK = 2_000

# What a value raises that its column's type cannot be made of, a text in the place of a moment or bytes that are no text.
# SQLite's columns take whatever they are given.
UNREADABLE = (ArithmeticError, AttributeError, OperationalError, TypeError, ValueError)

Row = TypeVar("Row")


def as_text(path: str) -> Any:
    """A field of a row that is read as the text it is: JSON, which may be none, is parsed by whoever asks for it."""
    return lookup(Cast(path, TextField()))


class Rows(Generic[Row]):
    """The rows of a query, of which some thousand are in memory at a time.

    A row of which a value cannot be read, or is not of its field's declared type (NULL, a text in the place of a number), is
    left out; `broken` tells of it. The rows have a field `pk`; the query's order is total, so that reading can be taken up
    again behind such a row.
    """

    def __init__(self, row: type[Row], query: QuerySet[Any], *, promise: str, name: str) -> None:
        self._row, self._query = row, query
        self._promise, self._name = promise, name
        self._types = _types(row)
        self._broken: list[Violation] = []

    def __iter__(self) -> Iterator[Row]:
        place: int | None = 0
        while place is not None:
            place = yield from self._read(place)

    def broken(self) -> Iterator[Violation]:
        """The rows that were left out since this was last asked."""
        told, self._broken = self._broken, []
        return iter(told)

    def _read(self, place: int) -> Generator[Row, None, int | None]:
        """The rows from this place on. Where one cannot be read, the place after it; None at the end."""
        try:
            for row in stream(self._row, self._query[place:], chunk=CHUNK):
                place += 1
                yield from self._whole(row)
        except UNREADABLE:
            # Of many that were fetched together, it may be another one: this one is read by itself.
            yield from self._read_one(place)
            return place + 1
        return None

    def _read_one(self, place: int) -> Iterator[Row]:
        alone = self._query[place : place + 1]
        try:
            found = list(stream(self._row, alone, chunk=1))
        except UNREADABLE as error:
            # Of a database that does not answer this raises again.
            names = alone.values_list(Cast("pk", TextField()), flat=True)
            self._broken += [self._violation(pk, f"cannot be read: {error}") for pk in names]
        else:
            for row in found:
                yield from self._whole(row)

    def _whole(self, row: Row) -> Iterator[Row]:
        """The row, unless a value of it is not of its type."""
        for name, kinds in self._types:
            value = getattr(row, name)
            if not isinstance(value, kinds) or (isinstance(value, Decimal) and not value.is_finite()):
                pk: Any = getattr(row, "pk", None)
                self._broken.append(self._violation(pk, f"{name} is {value!r:.60}"))
                return
        yield row

    def _violation(self, pk: Any, problem: str) -> Violation:
        return Violation(self._promise, f"{self._name} {pk}", problem)


def _types(row: type[Any]) -> list[tuple[str, tuple[type, ...]]]:
    """Each field's name, and the types that it declares."""
    declared = get_type_hints(row)
    return [(field.name, get_args(declared[field.name]) or (declared[field.name],)) for field in fields(row)]
