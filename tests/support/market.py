"""Markets that tests make up: rows as an exchange gives them, and sources that give what the test says."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from wallet.market import books, limits
from wallet.market.guards import History
from wallet.market.paths import Candidate, Rate, believe
from wallet.market.pricing import Fallback, Priced, Pricing
from wallet.market.source import Row, Source

NOW = datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)
# What a bitcoin costs in dollars here.
DOLLARS = Decimal(50_000)


def row(base: str, counter: str, price: str | None, *, ask: str | None = None, **fields: Any) -> Row:
    """A market that bids this, and asks the same unless it is said."""
    return Row(base + counter, base, counter, bid=price, ask=price if ask is None else ask, **fields)


def rows_of(prices: Mapping[str, str], **fields: Any) -> list[Row]:
    """A market in which each of these is traded for BTC; BNB and BTC are for dollars too, by which both are known twice.

    Its ticks are fine, however few digits its prices have.
    """
    fields = {"tick": "1e-15", **fields}
    found = [row(code, "BTC", price, **fields) for code, price in prices.items() if code not in ("BTC", "USDT")]
    if "BNB" in prices:
        dollars = 1 / Decimal(prices["USDT"]) if "USDT" in prices else DOLLARS
        found.append(row("BNB", "USDT", f"{Decimal(prices['BNB']) * dollars:f}", **fields))
        found.append(row("BTC", "USDT", f"{dollars:f}", **fields))
    return found


class FakeSource:
    """A source whose assets are traded for BTC at these prices; `more` are further markets, `fields` those of each row."""

    name = "demo"

    def __init__(self, **prices: str) -> None:
        self.prices = prices
        self.more: list[Row] = []
        self.fields: dict[str, Any] = {}
        self.asked = 0

    def rows(self) -> list[Row]:
        self.asked += 1
        return [*rows_of(self.prices, **self.fields), *self.more]

    def keep_markets(self) -> None:
        """There is no list of them."""


def priced(
    rows: Iterable[Row],
    codes: Iterable[str],
    in_use: Mapping[str, str] | None = None,
    *,
    history: Mapping[str, History] | None = None,
    theirs: Mapping[str, str] | None = None,
) -> Priced:
    """What a round of these rows comes to: a first one, without a fallback, unless it is said what that says."""
    figures = limits.configured()
    read = books.read(rows, NOW, takes_last=False, limits=figures)
    fallback = None if theirs is None else Fallback({code: Decimal(rate) for code, rate in theirs.items()})
    return Pricing(believe(read, figures), NOW, history or {}, fallback, figures).price(codes, in_use or {})


def rates(rows: Iterable[Row], codes: Iterable[str], in_use: Mapping[str, str] | None = None) -> dict[str, Rate]:
    return priced(rows, codes, in_use).rates


def candidate(code: str, *rows: Row, in_use: str | None = None) -> Candidate | None:
    """What an asset's price would be by these markets, before anything is asked of one that came by one way only."""
    figures = limits.configured()
    found = believe(books.read(rows, NOW, takes_last=False, limits=figures), figures).candidate(code, in_use)
    return found if isinstance(found, Candidate) else None


def row_of(source: Source, symbol: str) -> Row:
    """What a source says of one market."""
    return next(row for row in source.rows() if row.symbol == symbol)
