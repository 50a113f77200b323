"""Reads a file of movements: what a spreadsheet may make of one is refused with a sentence that names row and column.

It is CSV with commas in UTF-8 (a byte order mark and Windows' line ends are fine), with a header: reference, user, asset,
amount, and, if wanted, kind and evidence. Nothing here asks the database.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError

REQUIRED = ("reference", "user", "asset", "amount")
OPTIONAL = ("kind", "evidence")
KINDS = ("deposit", "withdrawal", "correction up", "correction down")
MOST_ROWS = 2_000
MOST_BYTES = 500_000
TOLD = 20
FORMULA_SIGNS = frozenset("=+-@")
LONGEST = {"reference": 80, "user": 150, "asset": 16, "amount": 81, "kind": 20, "evidence": 500}


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row as it is written, with its number as a spreadsheet counts: the header is row 1."""

    number: int
    reference: str
    user: str
    asset: str
    amount: str
    kind: str = KINDS[0]
    evidence: str = ""


class Wrong:
    """What is wrong with a file: the first of the sentences, and how many more there are."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._sentences)

    def add(self, number: int, column: str, words: str) -> None:
        if len(self._sentences) < TOLD:
            self._sentences.append(f"Row {number}, {column}: {words}")
        else:
            self._more += 1

    def error(self) -> ValidationError:
        more = [f"There are {self._more} more."] if self._more else []
        return ValidationError({"file": [*self._sentences, *more]})


def read(content: bytes) -> list[CsvRow]:
    """The file's rows in their order. Raises ValidationError, under `file`, with a sentence for each thing that is wrong."""
    text = _text(content)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = _columns(next(rows, []))
        wrong = Wrong()
        found = list(_rows(rows, columns, wrong))
    except csv.Error as error:
        raise _refused(f"Row {rows.line_num}: this is no CSV ({error}).") from error
    if wrong:
        raise wrong.error()
    if not found:
        raise _refused("The file has no rows below its header.")
    return found


def _refused(words: str) -> ValidationError:
    return ValidationError({"file": [words]})


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _refused("Row 1: the file is in UTF-16. Save it as CSV in UTF-8.")
    if len(content) > MOST_BYTES or content.count(b"\n") > MOST_ROWS + 100:
        raise _refused(
            f"The file is too long: a file has {MOST_ROWS:,} rows at the most, and {MOST_BYTES:,} bytes. Split it."
        )
    nul = content.find(b"\0")
    if nul >= 0:
        row = content.count(b"\n", 0, nul) + 1
        raise _refused(f"Row {row}: there is a NUL in it, which is no text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise _refused(f"Row {row}: this is not UTF-8. Save the file as CSV in UTF-8.") from error


def _columns(header: list[str]) -> list[str]:
    known = (*REQUIRED, *OPTIONAL)
    if len(header) == 1 and ";" in header[0]:
        raise _refused("Row 1: the columns are separated by semicolons. Separate them by commas.")
    wrong = [f"Row 1: there is no column “{name}”." for name in REQUIRED if name not in header]
    wrong += [f"Row 1: the column “{name[:40]}” is not known." for name in header if name not in known]
    wrong += [f"Row 1: the column “{name}” is there twice." for name in known if header.count(name) > 1]
    if wrong:
        raise ValidationError({"file": wrong[:TOLD]})
    return header


def _rows(rows: Iterator[list[str]], columns: list[str], wrong: Wrong) -> Iterator[CsvRow]:
    count = 0
    for number, cells in enumerate(rows, start=2):
        if not any(cells):
            continue  # an empty line
        count += 1
        if count > MOST_ROWS:
            raise _refused(f"Row {number}: a file has {MOST_ROWS:,} rows at the most. Split it.")
        if len(cells) != len(columns):
            wrong.add(
                number, columns[min(len(cells), len(columns)) - 1], f"there are {len(cells)} cells, not {len(columns)}."
            )
            continue
        row = dict(zip(columns, cells, strict=True))
        problems = [(name, _problem(name, cell)) for name, cell in row.items()]
        for name, problem in problems:
            if problem:
                wrong.add(number, name, problem)
        if not any(problem for _, problem in problems):
            yield CsvRow(number, **{name: cell for name, cell in row.items() if cell})


def _problem(name: str, cell: str) -> str:
    """Why this is nothing that could stand in the column, or nothing."""
    if not cell:
        return "it is empty." if name in REQUIRED else ""
    if cell[0] in FORMULA_SIGNS:
        return f"“{cell[:40]}” begins like a formula, or with a sign."
    if cell != cell.strip() or not cell.isprintable():
        return "there are blanks around it, or signs in it that cannot be printed."
    if len(cell) > LONGEST[name]:
        return f"it has more than {LONGEST[name]} characters."
    if name == "kind" and cell not in KINDS:
        return f"“{cell}” is none of {', '.join(KINDS)}."
    return ""
