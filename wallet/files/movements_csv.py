"""A customer's deposits, withdrawals and corrections as a CSV file. Times are UTC, amounts in whole coins with their sign."""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from wallet import money
from wallet.database.rows import lookup, stream
from wallet.database.snapshot import snapshot
from wallet.files.columns import Column, in_utc
from wallet.files.csv_file import written
from wallet.models.ledger import EntryQuerySet

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """A movement of a balance."""

    posted_at: datetime = lookup("transaction__posted_at")
    kind: str = lookup("transaction__kind")
    reference: str = lookup("transaction__reference")
    code: str = lookup("account__asset__code")
    scale: int = lookup("account__asset__scale")
    units: int = lookup("units")
    balance_units: int = lookup("balance_units")
    reason: str | None = lookup("transaction__movement__reason")


def columns(reason: Callable[[str, str | None], str]) -> list[Column[Row]]:
    """`reason` says what the customer reads of why something of a kind was moved."""
    return [
        Column("time_utc", lambda row: in_utc(row.posted_at, "seconds")),
        Column("kind", lambda row: row.kind),
        Column("reference", lambda row: row.reference),
        Column("asset", lambda row: row.code),
        Column("amount", lambda row: f"{money.to_decimal(row.units, row.scale):f}"),
        Column("balance", lambda row: f"{money.to_decimal(row.balance_units, row.scale):f}"),
        Column("reason", lambda row: reason(row.kind, row.reason)),
    ]


def pieces(entries: EntryQuerySet, reason: Callable[[str, str | None], str]) -> Generator[bytes, None, None]:
    """The file's pieces, from one snapshot that is held until the last of them is read or the generator is closed."""
    found, shown = stream(Row, entries.order_by("-pk"), chunk=CHUNK), columns(reason)
    with snapshot(), closing(found):
        yield written([[column.header for column in shown]])
        while rows := [[column.cell(row) for column in shown] for row in islice(found, CHUNK)]:
            yield written(rows)
