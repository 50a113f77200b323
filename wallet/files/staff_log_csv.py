"""What the staff did as a CSV file: streamed, one row for each action, the newest first. Times are UTC."""

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from wallet.database.rows import lookup, stream
from wallet.database.snapshot import snapshot
from wallet.files.csv_file import written
from wallet.models.staff_actions import StaffActionQuerySet

CHUNK = 1_000
HEADERS = [
    *("number", "time_utc", "staff", "account", "from", "action", "object_type", "object_key", "object"),
    *("reason", "before", "after", "request", "address"),
]


@dataclass(frozen=True, slots=True)
class Row:
    """An action; the fields are in the order of the file's columns."""

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

    def cells(self) -> list[str]:
        return [
            str(self.number),
            self.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            self.staff_name,
            "" if self.staff_id is None else str(self.staff_id),
            self.origin,
            self.action,
            self.object_type,
            self.object_key,
            self.object_name,
            self.reason,
            _json(self.before),
            _json(self.after),
            self.request_id,
            self.address or "",
        ]


def pieces(actions: StaffActionQuerySet) -> Generator[bytes, None, None]:
    """The file's pieces, from one snapshot that is held until the last of them is read or the generator is closed."""
    found = stream(Row, actions.order_by("-pk"), chunk=CHUNK)
    with snapshot(), closing(found):
        yield written([HEADERS])
        while rows := [row.cells() for row in islice(found, CHUNK)]:
            yield written(rows)


def _json(fields: dict[str, Any] | None) -> str:
    return "" if fields is None else json.dumps(fields, ensure_ascii=False, sort_keys=True)
