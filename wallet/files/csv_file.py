"""A customer's conversions as a CSV file: streamed, one row for each asset."""

import csv
import re
from collections.abc import Generator, Iterable
from contextlib import closing
from datetime import date, tzinfo
from itertools import islice

from django.utils import timezone, translation

from wallet.database.snapshot import snapshot
from wallet.files import rows
from wallet.files.columns import Column, CsvFormat
from wallet.files.own import OWN
from wallet.files.rows import Row
from wallet.models.conversions import ConversionQuerySet

FORMULA_SIGNS = frozenset("=+-@\t\r\n")

_NUMBER = re.compile(r"\A-?[0-9]+(\.[0-9]+)?\Z")


def pieces(
    conversions: ConversionQuerySet, form: CsvFormat, *, zone: tzinfo, language: str
) -> Generator[bytes, None, None]:
    """The file's pieces, from one snapshot that is held until the last of them is read or the generator is closed.

    `zone` and `language` are the customer's, which are no longer active by the time that the file is written.
    """
    columns = form.columns(zone)
    found = rows.read(conversions.completed() if form.is_trades else conversions)
    with snapshot(), closing(found):
        yield written([[column.header for column in columns]])
        while piece := _piece(columns, islice(found, rows.CHUNK), zone=zone, language=language):
            yield piece


def _piece(columns: list[Column[Row]], some: Iterable[Row], *, zone: tzinfo, language: str) -> bytes:
    """These rows of the file; empty when there are none."""
    cells = [column.cell for column in columns]
    with translation.override(language), timezone.override(zone):
        return written([[cell(row) for cell in cells] for row in some])


def written(table: Iterable[Iterable[str]]) -> bytes:
    """Rows of cells as CSV (RFC 4180) in UTF-8."""
    lines = _Lines()
    csv.writer(lines).writerows([guarded(cell) for cell in row] for row in table)
    return "".join(lines).encode()


class _Lines(list[str]):
    """What csv writes to."""

    write = list.append


def guarded(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula. Numbers stay numbers, negative ones too."""
    return f"'{cell}" if cell[:1] in FORMULA_SIGNS and not _NUMBER.match(cell) else cell


def file_name(form: CsvFormat, *, since: date | None, until: date | None) -> str:
    """The file's name with its range, like conversions-2026-01-01-to-2026-12-31.csv."""
    kind = "conversions" if form is OWN else f"conversions-{form.name}"
    return f"{kind}-{_range_words(since, until)}.csv"


def _range_words(since: date | None, until: date | None) -> str:
    if since and until:
        return f"{since}-to-{until}"
    if since:
        return f"from-{since}"
    return f"to-{until}" if until else "all"
