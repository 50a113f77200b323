"""What a CSV file is made of: columns, each a header with its cell, and the texts that cells are written in.

Amounts are written in full, with a point, without thousands separators and without an exponent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar

from wallet import formats, money
from wallet.files.rows import Row

Of = TypeVar("Of")


@dataclass(frozen=True)
class Column(Generic[Of]):
    """A column: its header, and the cell that it has in a row.

    Cells of a customer's file are asked for while their language and time zone are active, which the words of a reason need.
    """

    header: str
    cell: Callable[[Of], str]


@dataclass(frozen=True)
class CsvFormat:
    """A kind of file of conversions: its name in addresses, its label on the page, its columns for a customer in a time zone.

    One of trades has completed conversions only.
    """

    name: str
    label: Any
    columns: Callable[[tzinfo], list[Column[Row]]]
    is_trades: bool


def always(text: str) -> Callable[[Row], str]:
    """The cell of a column that says the same in every row; empty where a tool expects what we have not."""
    return lambda _row: text


def amount(row: Row) -> str:
    """What is given up of the asset, with every decimal place that is kept."""
    return f"{money.to_decimal(row.units, row.scale):f}"


def in_utc(moment: datetime, timespec: str) -> str:
    """A moment as machines read it, as exact as is said: 2026-11-22T14:32:09Z."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def bnb(units: int) -> str:
    """An amount of BNB with all its decimal places."""
    return f"{money.to_decimal(units, money.BNB_SCALE):f}"


def gross(row: Row) -> str:
    """The BNB that the asset came to before the fee."""
    return bnb(row.gross_units or 0)


def fee(row: Row) -> str:
    """The fee in BNB; nothing at all where there is none."""
    return bnb(row.fee_units) if row.fee_units else ""


def rate(number: Decimal | None) -> str:
    """A price in BTC; nothing while there is none."""
    return "" if number is None else formats.rate_digits(number)


def currency(row: Row) -> str:
    """The currency that the customer thought in; nothing where its rate at the settlement is not known."""
    return row.currency if row.currency_rate_btc else ""


def worth(hundredths: Fraction | None) -> str:
    """Cut to two places; nothing where it is not known."""
    return "" if hundredths is None else formats.hundredths_digits(hundredths)


def utc_seconds(row: Row) -> str:
    """When the conversion ended, or else was confirmed, in UTC, as tax tools read it: 2026-11-22 14:32:09."""
    return f"{row.dated_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
