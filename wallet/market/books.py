"""The books of a round: the rows of an exchange that passed M2 to M4, by pair; and what was kept out. Pure."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from wallet import money
from wallet.market import guards
from wallet.market.guards import KeptOut, Rule
from wallet.market.limits import Limits
from wallet.market.source import Row

BTC, BNB, USDT = "BTC", "BNB", "USDT"

# Currencies that a way may lead through, in the order in which they are tried.
HUBS = (USDT, "USDC", "FDUSD", "BUSD", "TUSD", "USD", "ETH", BNB, "EUR", "TRY", "BRL", "GBP")
CORE = frozenset((BTC, *HUBS))

BID, ASK, LAST = "bid", "ask", "last"


class Book(NamedTuple):
    """What one market bids and asks for one `base`, in `counter`; the texts are the exchange's own.

    Where it gives no book, both are its last price. `tick` is a share of the price.
    """

    symbol: str
    base: str
    counter: str
    bid: Decimal
    ask: Decimal
    bid_text: str
    ask_text: str
    tick: Decimal
    is_last: bool

    def middle(self, leaving: str) -> Decimal:
        """The rate between bid and ask at which one gets from this currency to the other."""
        mid = (self.bid + self.ask) / 2
        return mid if leaving == self.base else 1 / mid

    def leg(self, leaving: str, *, buys: bool) -> dict[str, str]:
        """M2: the price that the market makes who leaves this currency, marked where it trades the pair the other way round.

        It bids for what it is given. `buys`: one goes the other way, and comes to that currency for its ask.
        """
        is_base = leaving == self.base
        takes_bid = is_base != buys
        side = LAST if self.is_last else BID if takes_bid else ASK
        text = self.bid_text if takes_bid else self.ask_text
        way = {} if is_base else {"way": money.AGAINST}
        return {"symbol": self.symbol, "price": text, "side": side, **way}


class Books:
    """By pair, each both ways round; what was kept out, by symbol, with its pair and numbers; how many rows there were that
    trade."""

    def __init__(self, rows: int) -> None:
        self.by_pair: dict[tuple[str, str], Book] = {}
        self.kept_out: dict[str, KeptOut] = {}
        self.pairs: dict[str, tuple[str, str]] = {}
        self.numbers: dict[str, str] = {}
        self.rows = rows

    def keep_out(self, symbol: str, pair: tuple[str, str], why: KeptOut, number: str) -> None:
        self.kept_out[symbol], self.pairs[symbol], self.numbers[symbol] = why, pair, number

    def drop(self, book: Book, why: KeptOut) -> None:
        """Keeps out what was a book until now."""
        pair = (book.base, book.counter)
        for one in (pair, pair[::-1]):
            if self.by_pair.get(one) == book:
                del self.by_pair[one]
        self.keep_out(book.symbol, pair, why, f"{book.bid_text} / {book.ask_text}")

    def why_none(self, code: str) -> KeptOut | None:
        """Why an asset has no market: of those that were kept out the one with the most telling reason."""
        found = [why for symbol, why in self.kept_out.items() if code in self.pairs[symbol]]
        return min(found, key=lambda why: _TELLING.index(why.rule), default=None)


_TELLING = (Rule.SPREAD, Rule.SIDE, Rule.RAW, Rule.AGREEMENT)


def read(rows: Iterable[Row], asked_at: datetime, *, takes_last: bool, limits: Limits) -> Books:
    """The books of these rows. `takes_last`: the last price counts of an exchange that gives no book at all (M2)."""
    rows = list(rows)
    books = Books(sum(not row.is_halted for row in rows))
    has_book = any(row.bid is not None or row.ask is not None for row in rows)
    for row in rows:
        book = _book(row, asked_at, is_last=takes_last and not has_book, limits=limits)
        if isinstance(book, KeptOut):
            books.keep_out(row.symbol, (row.base, row.counter), book, guards.plain(f"{row.bid} / {row.ask}", 90))
            continue
        # Were the same pair listed twice, or both ways round, the finer price would stand.
        for pair in ((book.base, book.counter), (book.counter, book.base)):
            known = books.by_pair.get(pair)
            if known is None or book.tick < known.tick:
                books.by_pair[pair] = book
    return books


def _book(row: Row, asked_at: datetime, *, is_last: bool, limits: Limits) -> Book | KeptOut:
    bid_text, ask_text = (row.last, row.last) if is_last else (row.bid, row.ask)
    refused = guards.refuse_market(row.is_halted, row.is_traded) or guards.refuse_raw(bid_text, ask_text)
    if refused:
        return refused
    bid, ask = guards.number(bid_text), guards.number(ask_text)
    assert bid is not None
    assert ask is not None
    refused = guards.refuse_sides(bid, ask)
    if not refused and is_last:
        refused = guards.refuse_old_trade(row.traded_at, asked_at, limits)
    is_core = {row.base, row.counter} <= CORE
    refused = refused or guards.refuse_wide(bid, ask, is_core=is_core, limits=limits)
    if refused:
        return refused
    tick = guards.number(row.tick) or Decimal(1).scaleb(min(0, int(bid.as_tuple().exponent)))
    return Book(row.symbol, row.base, row.counter, bid, ask, str(bid_text), str(ask_text), tick / bid, is_last)
