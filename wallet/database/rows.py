"""Rows of a query as frozen dataclasses: each field is declared once, together with the lookup that reads it.

For reading many rows of a few columns each, where a model's instances would cost too much.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import field, fields
from typing import Any, TypeVar, cast

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

Row = TypeVar("Row")


def lookup(path: str | Combinable) -> Any:
    """A field of a row, read from this path: `code: str = lookup("account__asset__code")`; or from an expression."""
    return field(metadata={"lookup": path})


def lookups(row: type[Any]) -> list[str | Combinable]:
    """What a row of this kind is read from, in the order of its fields."""
    return [declared.metadata["lookup"] for declared in fields(row)]


def stream(row: type[Row], query: QuerySet[Any], *, chunk: int) -> Generator[Row, None, None]:
    """The query's rows as this dataclass, `chunk` of them in memory at a time. Closing it lets go of the query."""
    values = query.values_list(*lookups(row)).iterator(chunk_size=chunk)
    with closing(cast("Generator[tuple[Any, ...], None, None]", values)):
        for value in values:
            yield row(*value)
