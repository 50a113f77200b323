"""The house's position as a CSV file: a row for each asset, and one with the totals. The page shows the same cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import partial

from wallet import formats, money
from wallet.files.columns import Column, in_utc
from wallet.files.csv_file import written
from wallet.treasury import Position, Treasury

PLACES = 8
TOTAL = "total"
NO_PRICE = "no price"
WORTH = ("held", "owed", "own")


@dataclass(frozen=True, slots=True)
class Line:
    """A position with the treasury that it stands in; without one, the totals."""

    treasury: Treasury
    position: Position | None

    def amount(self, name: str) -> str:
        """So much of the asset, in full; nothing of all assets together."""
        if self.position is None:
            return ""
        return f"{money.to_decimal(getattr(self.position, name), self.position.asset.scale):f}"

    def btc(self, name: str) -> Fraction | None:
        if self.position is None:
            total: Fraction = getattr(self.treasury.totals, name)
            return total
        return self.position.worth_btc(getattr(self.position, name))

    def worth_btc(self, name: str) -> str:
        return rounded(self.btc(name), PLACES)

    def worth_in_currency(self, name: str) -> str:
        return rounded(self.treasury.in_currency(self.btc(name)), 2)

    @property
    def code(self) -> str:
        return self.position.asset.code if self.position else TOTAL

    @property
    def rate(self) -> str:
        if self.position is None:
            return ""
        return formats.rate_digits(self.position.price.rate_btc) if self.position.price else NO_PRICE

    @property
    def age(self) -> str:
        """Of the price, in whole seconds."""
        age = self.position.price_age(self.treasury.at) if self.position else None
        return "" if age is None else str(age // timedelta(seconds=1))

    @property
    def observed_at(self) -> str:
        price = self.position.price if self.position else None
        return in_utc(price.observed_at, "seconds") if price else ""


def rounded(number: Fraction | None, places: int) -> str:
    """The number in plain digits, cut towards zero: no worth is said to be greater than it is."""
    if number is None:
        return NO_PRICE
    whole = abs(number) * 10**places
    digits = f"{money.to_decimal(whole.numerator // whole.denominator, places):f}"
    return f"-{digits}" if number < 0 and digits.strip("0.") else digits


def columns(currency: str) -> list[Column[Line]]:
    """Amounts and what they are worth: held, owed to customers, and the house's own."""
    return [
        Column("asset", lambda line: line.code),
        *(Column(name, partial(_amount, name)) for name in ("held", "owed", "own", "treasury", "fees")),
        *(Column(f"{name}_btc", partial(_worth_btc, name)) for name in WORTH),
        *(Column(f"{name}_{currency.lower()}", partial(_worth_in_currency, name)) for name in WORTH),
        Column("price_btc", lambda line: line.rate),
        Column("price_observed_at_utc", lambda line: line.observed_at),
        Column("price_age_seconds", lambda line: line.age),
    ]


def _amount(name: str, line: Line) -> str:
    return line.amount(name)


def _worth_btc(name: str, line: Line) -> str:
    return line.worth_btc(name)


def _worth_in_currency(name: str, line: Line) -> str:
    return line.worth_in_currency(name)


def lines(treasury: Treasury) -> Iterator[Line]:
    for position in treasury.positions:
        yield Line(treasury, position)
    yield Line(treasury, None)


def cells(treasury: Treasury) -> list[list[str]]:
    """The header, the positions, and the totals."""
    wanted = columns(treasury.currency)
    rows = [[column.cell(line) for column in wanted] for line in lines(treasury)]
    return [[column.header for column in wanted], *rows]


def content(treasury: Treasury) -> bytes:
    return written(cells(treasury))
