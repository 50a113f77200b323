"""CSV files that come from outside: strict, so that a file means one thing only, and checked whole before anything is done.

A file is UTF-8, with or without a byte order mark, its lines end with LF or CRLF, its cells are parted by commas, and its
first row is the columns' names, in any order. What is wrong with it is told row by row, by the row's number as a spreadsheet
counts it. Nothing here asks the database.
"""

import csv
import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.exceptions import ValidationError

# So many problems are told; the rest is counted.
TOLD = 20
LONGEST_CELL = 1_000

Read = TypeVar("Read")
_MARK = b"\xef\xbb\xbf"
_FORMULA_SIGNS = frozenset("=+-@")


class FileRefused(ValidationError):
    """Nothing of the file was taken. `problems` are sentences that name row and column, fit for whoever sent the file."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__({"file": list(problems)})
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells by their columns. `number` is the row's in the file; the header is row 1."""

    number: int
    cells: Mapping[str, str]


class Problems:
    """What is wrong with a file, gathered so that one reading tells all of it."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, number: int, column: str, sentence: str) -> None:
        self._count += 1
        if len(self._told) < TOLD:
            self._told.append(f"Row {number}, column {column}: {sentence}")

    def check(self, number: int, column: str, read: Callable[[], Read]) -> Read | None:
        """What a cell is read as; None where that raised ValidationError, whose sentences are told."""
        try:
            return read()
        except ValidationError as error:
            self.add(number, column, " ".join(error.messages))
            return None

    def refuse(self) -> None:
        """Raises FileRefused when there are any."""
        if self._count:
            more = self._count - len(self._told)
            raise FileRefused([*self._told, *([f"And {more:,} more."] if more else [])])


@dataclass(frozen=True)
class Table:
    """A kind of file: the columns that it has and those that it may have, how many rows below them, and how many bytes.

    `longest` says of a column how many characters a cell may have, where that is not the number of all.
    """

    columns: Sequence[str]
    optional: Sequence[str] = ()
    most: int = 5_000
    most_bytes: int = 1_000_000
    longest: Mapping[str, int] = field(default_factory=dict)

    def read(self, content: bytes) -> list[Row]:
        """The file's rows. Raises FileRefused for what is no such file; what the cells mean is the caller's to check."""
        if len(content) > self.most_bytes:
            raise FileRefused([f"The file has more than {self.most_bytes:,} bytes. Send it in parts."])
        (_, header), *found = self._lines(_text(content)) or [(1, [])]
        self._require_header(header)
        if not found:
            raise FileRefused(["The file has no rows below its header."])
        problems = Problems()
        rows = [self._row(number, header, cells, problems) for number, cells in found]
        problems.refuse()
        return rows

    def _require_header(self, header: Sequence[str]) -> None:
        wanted = ",".join(self.columns) + (f", and if wanted {','.join(self.optional)}" if self.optional else "")
        if len(header) == 1 and ";" in header[0]:
            raise FileRefused([f"The cells are parted by semicolons. Part them by commas, with the header {wanted}."])
        problems = []
        for name in dict.fromkeys(header):
            if header.count(name) > 1:
                problems.append(f"Row 1: the column “{name[:60]}” is there {header.count(name)} times.")
            if name not in (*self.columns, *self.optional):
                problems.append(f"Row 1: there is no column “{name[:60]}”.")
        problems += [f"Row 1: the column {name} is missing." for name in self.columns if name not in header]
        if problems:
            raise FileRefused([*problems[:TOLD], f"The header is {wanted}."])

    def _lines(self, text: str) -> list[tuple[int, list[str]]]:
        """The rows that have cells, each with its number; the header is the first of them."""
        lines: list[tuple[int, list[str]]] = []
        number = 0
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
                if any(cells):
                    lines.append((number, cells))
                if len(lines) > self.most + 1:
                    raise FileRefused([f"The file has more than {self.most:,} rows. Send it in parts."])
        except csv.Error as error:
            said = f"Row {number + 1}: this is no CSV ({error}). Check the quotation marks."
            raise FileRefused([said]) from error
        return lines

    def _row(self, number: int, header: Sequence[str], cells: list[str], problems: Problems) -> Row:
        row = Row(number, dict(zip(header, cells, strict=False)))
        if len(cells) != len(header):
            sentence = f"there are {len(cells)} cells, and the header has {len(header)}."
            problems.add(number, header[min(len(cells), len(header) - 1)], sentence)
        for column, cell in row.cells.items():
            wrong = _wrong_with(cell, self.longest.get(column, LONGEST_CELL))
            if wrong or (not cell and column in self.columns):
                problems.add(number, column, wrong or "it is empty.")
        return row


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileRefused(["The file is UTF-16. Save it as CSV in UTF-8."])
    at = content.find(b"\0")
    if at >= 0:
        raise FileRefused([f"Row {_row_of(content, at)}: there is a NUL byte. Save the file as CSV in UTF-8."])
    try:
        return content.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        row = _row_of(content.removeprefix(_MARK), error.start)
        raise FileRefused([f"Row {row}: this is not UTF-8. Save the file as CSV in UTF-8."]) from error


def _row_of(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1


def _wrong_with(cell: str, longest: int) -> str:
    """Why no cell of a file may say this, whatever its column means; empty where it may."""
    if len(cell) > longest:
        return f"it has more than {longest:,} characters."
    if cell != cell.strip():
        return f"“{cell[:60]}” has blanks around it."
    if cell[:1] in _FORMULA_SIGNS:
        return f"“{cell[:60]}” begins like a formula."
    if any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for one in cell):
        return "there is a character that cannot be seen."
    return ""
