"""A month's figures as CSV files: balances by asset and kind of account, and conversions by day. Times are UTC.

Every row says where in the ledger the month ends. The same month is the same bytes each time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from wallet import money
from wallet.files.columns import Column, bnb, in_utc
from wallet.files.csv_file import written
from wallet.models import Transaction
from wallet.month_end import Balance, Converted, Place, Report

Row = TypeVar("Row")


@dataclass(frozen=True)
class MonthFile(Generic[Row]):
    """A kind of file: its name, its title on the page, its rows of a report, and its columns."""

    name: str
    title: str
    rows: Callable[[Report], Iterable[Row]]
    columns: list[Column[Row]]

    def headers(self) -> list[str]:
        return ["month", *(column.header for column in self.columns), *(column.header for column in PLACE)]

    def cells(self, report: Report) -> list[list[str]]:
        """The rows without their headers."""
        place = [column.cell(report.place) for column in PLACE]
        month = str(report.month)
        return [[month, *(column.cell(row) for column in self.columns), *place] for row in self.rows(report)]

    def content(self, report: Report) -> bytes:
        return written([self.headers(), *self.cells(report)])

    def file_name(self, report: Report) -> str:
        """Like month-2026-10-balances.csv."""
        return f"month-{report.month}-{self.name}.csv"


def moment(place: Place) -> str:
    """To the microsecond, as a transaction's month is told by it."""
    return in_utc(place.posted_at, "microseconds") if place.posted_at else ""


PLACE: list[Column[Place]] = [
    Column("last_transaction", lambda place: str(place.transaction or "")),
    Column("last_posted_at_utc", moment),
    Column("last_entry", lambda place: str(place.entry)),
    Column("entries", lambda place: str(place.entries)),
]


def moved(kind: Transaction.Kind) -> Column[Balance]:
    """What transactions of this kind moved: `deposits`."""
    return Column(f"{kind.value}s", lambda row: amount(row.movements[kind.value], row))


def amount(units: int, row: Any) -> str:
    return f"{money.to_decimal(units, row.scale):f}"


BALANCES: MonthFile[Balance] = MonthFile(
    "balances",
    "Balances",
    lambda report: report.balances,
    [
        Column("asset", lambda row: row.asset),
        Column("accounts", lambda row: row.kind),
        Column("opening", lambda row: amount(row.opening, row)),
        *(moved(kind) for kind in Transaction.Kind),
        Column("closing", lambda row: amount(row.closing, row)),
    ],
)
CONVERSIONS: MonthFile[Converted] = MonthFile(
    "conversions",
    "Conversions by day",
    lambda report: report.converted,
    [
        Column("day_utc", lambda row: row.day.isoformat()),
        Column("asset", lambda row: row.asset),
        Column("conversions", lambda row: str(row.conversions)),
        Column("amount", lambda row: amount(row.units, row)),
        Column("gross_bnb", lambda row: bnb(row.gross)),
        Column("fee_bnb", lambda row: bnb(row.fee)),
        Column("net_bnb", lambda row: bnb(row.net)),
    ],
)
FILES: dict[str, MonthFile[Any]] = {file.name: file for file in (BALANCES, CONVERSIONS)}
