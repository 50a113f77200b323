"""What the staff did as a CSV file: streamed, one row for each action, the newest first. Times are UTC."""

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from wallet.database.rows import lookup, stream
from wallet.database.snapshot import snapshot
from wallet.files.columns import Column, in_utc
from wallet.files.csv_file import written
from wallet.models.staff_actions import StaffActionQuerySet

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """An action."""

    number: int = lookup("pk")
    created_at: datetime = lookup("created_at")
    staff_name: str = lookup("staff_name")
    staff_id: int | None = lookup("staff_id")
    origin: str = lookup("origin")
    action: str = lookup("action")
    object_type: str = lookup("object_type")
    object_key: str = lookup("object_key")
    object_name: str = lookup("object_name")
    reason: str = lookup("reason")
    before: dict[str, Any] | None = lookup("before")
    after: dict[str, Any] | None = lookup("after")
    request_id: str = lookup("request_id")
    address: str | None = lookup("address")


def _json(fields: dict[str, Any] | None) -> str:
    return "" if fields is None else json.dumps(fields, ensure_ascii=False, sort_keys=True)


COLUMNS: list[Column[Row]] = [
    Column("number", lambda row: str(row.number)),
    Column("time_utc", lambda row: in_utc(row.created_at, "milliseconds")),
    Column("staff", lambda row: row.staff_name),
    Column("account", lambda row: "" if row.staff_id is None else str(row.staff_id)),
    Column("from", lambda row: row.origin),
    Column("action", lambda row: row.action),
    Column("object_type", lambda row: row.object_type),
    Column("object_key", lambda row: row.object_key),
    Column("object", lambda row: row.object_name),
    Column("reason", lambda row: row.reason),
    Column("before", lambda row: _json(row.before)),
    Column("after", lambda row: _json(row.after)),
    Column("request", lambda row: row.request_id),
    Column("address", lambda row: row.address or ""),
]


def pieces(actions: StaffActionQuerySet) -> Generator[bytes, None, None]:
    """The file's pieces, from one snapshot that is held until the last of them is read or the generator is closed."""
    found = stream(Row, actions.order_by("-pk"), chunk=CHUNK)
    with snapshot(), closing(found):
        yield written([[column.header for column in COLUMNS]])
        while rows := [[column.cell(row) for column in COLUMNS] for row in islice(found, CHUNK)]:
            yield written(rows)
