"""CSV files that come from outside: strict, so that a file means one thing only, and checked whole before anything is done.

A file is UTF-8, with or without a byte order mark, its lines end with LF or CRLF, its cells are parted by commas, and its
first row is the columns' names. What is wrong with it is told row by row, by the row's number as a spreadsheet counts it.
"""

import csv
import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

# The most rows that a file may have unless its reader says another number, and the most bytes.
MOST_ROWS = 100_000
MOST_BYTES = 16 * 2**20
# So many problems are told; the rest is counted.
TOLD = 20
LONGEST_CELL = 1_000

Read = TypeVar("Read")
_MARK = b"\xef\xbb\xbf"
_FORMULA_SIGNS = frozenset("=+-@")


class FileRefused(ValueError):
    """Nothing of the file was taken. `problems` are sentences that name row and column, fit for whoever sent the file."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
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

    def add(self, row: Row, column: str, sentence: str) -> None:
        self._count += 1
        if len(self._told) < TOLD:
            self._told.append(f"Row {row.number}, column {column}: {sentence}")

    def check(self, row: Row, column: str, read: Callable[[str], Read]) -> Read | None:
        """What the cell says, read by `read`, which raises ValueError with a sentence; None where it did."""
        try:
            return read(row.cells[column])
        except ValueError as error:
            self.add(row, column, str(error))
            return None

    def refuse(self) -> None:
        """Raises FileRefused when there are any."""
        if self._count:
            more = self._count - len(self._told)
            raise FileRefused([*self._told, *([f"And {more:,} more."] if more else [])])


@dataclass(frozen=True)
class Table:
    """A kind of file: the names of its columns, in their order, and how many rows it may have below them."""

    columns: Sequence[str]
    most: int = MOST_ROWS

    def read(self, content: bytes) -> list[Row]:
        """The file's rows. Raises FileRefused for what is no such file; what the cells mean is the caller's to check."""
        header, *found = self._lines(_text(content)) or [(1, [])]
        _require_header(header[1], self.columns)
        if not found:
            raise FileRefused(["The file has no rows below its header."])
        problems = Problems()
        rows = [self._row(number, cells, problems) for number, cells in found]
        problems.refuse()
        return rows

    def _lines(self, text: str) -> list[tuple[int, list[str]]]:
        """The rows that have cells, each with its number; the header is the first of them."""
        lines: list[tuple[int, list[str]]] = []
        number = 0
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
                if cells:
                    lines.append((number, cells))
                if len(lines) > self.most + 1:
                    raise FileRefused([f"The file has more than {self.most:,} rows. Send it in parts."])
        except csv.Error as error:
            said = f"Row {number + 1}: this is no CSV ({error}). Check the quotation marks."
            raise FileRefused([said]) from error
        return lines

    def _row(self, number: int, cells: list[str], problems: Problems) -> Row:
        row = Row(number, dict(zip(self.columns, cells, strict=False)))
        if len(cells) != len(self.columns):
            sentence = f"there are {len(cells)} cells, and the header has {len(self.columns)}."
            problems.add(row, self.columns[min(len(cells), len(self.columns) - 1)], sentence)
        for column, cell in row.cells.items():
            wrong = _wrong_with(cell)
            if wrong:
                problems.add(row, column, wrong)
        return row


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise FileRefused([f"The file is larger than {MOST_BYTES // 2**20} MB. Send it in parts."])
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


def _require_header(header: Sequence[str], columns: Sequence[str]) -> None:
    if list(header) == list(columns):
        return
    wanted = ",".join(columns)
    if len(header) == 1 and ";" in header[0]:
        raise FileRefused([f"The cells are parted by semicolons. Part them by commas, with the header {wanted}."])
    problems = []
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            problems.append(f"Row 1: the column “{name[:60]}” is there {header.count(name)} times.")
        if name not in columns:
            problems.append(f"Row 1: there is no column “{name[:60]}”.")
    problems += [f"Row 1: the column {name} is missing." for name in columns if name not in header]
    raise FileRefused([*problems[:TOLD], f"The header is {wanted}, in this order."])


def _wrong_with(cell: str) -> str:
    """Why no cell of a file may say this, whatever its column; empty where it may."""
    if len(cell) > LONGEST_CELL:
        return f"it has more than {LONGEST_CELL:,} characters."
    if cell != cell.strip():
        return f"“{cell[:60]}” has blanks around it."
    if cell[:1] in _FORMULA_SIGNS:
        return f"“{cell[:60]}” begins like a formula."
    if any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for one in cell):
        return "there is a character that cannot be seen."
    return ""
