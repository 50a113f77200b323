"""A stand-in for an exchange's public API in Binance's wire format, on a loopback port of its own, steered by the test."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from tests.support import loopback
from tests.support.shapes import binance
from tests.support.shapes.markets import Market

SYMBOLS = {
    # symbol: (base, quote, last price, tick)
    "BTCUSDT": ("BTC", "USDT", "18229.90000000", "0.01000000"),
    "BNBBTC": ("BNB", "BTC", "0.01551600", "0.00000100"),
    "BNBUSDT": ("BNB", "USDT", "282.90000000", "0.10000000"),
    "ETHBTC": ("ETH", "BTC", "0.07657000", "0.00001000"),
    "DOGEUSDT": ("DOGE", "USDT", "0.07846000", "0.00001000"),
    "DOGEBTC": ("DOGE", "BTC", "0.00000430", "0.00000001"),
    "BTCEUR": ("BTC", "EUR", "16977.52000000", "0.01000000"),
    "LUNCBUSD": ("LUNC", "BUSD", "0.00016540", "0.00000001"),
    "BUSDUSDT": ("BUSD", "USDT", "0.99980000", "0.00010000"),
}
MARKETS = {
    symbol: Market(base, quote, price, price, price, tick) for symbol, (base, quote, price, tick) in SYMBOLS.items()
}


class Exchange(loopback.StandIn):
    """What the stand-in says. Change the attributes while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.prices = {symbol: price for symbol, (_, _, price, _) in SYMBOLS.items()}
        self.halted: set[str] = set()
        self.volumes: dict[str, str] = {}
        self.rows: dict[str, Any] = {}  # what stands in the place of a symbol's fields, or beside them
        self.body: bytes | None = None  # instead of the books

    def symbols(self) -> list[dict[str, Any]]:
        return [
            binance.symbol(market, "BREAK" if symbol in self.halted else "TRADING")
            for symbol, market in MARKETS.items()
        ]

    def books(self) -> list[Any]:
        """What each symbol bids and asks: the same, unless `rows` says otherwise."""
        found: dict[str, Any] = {
            symbol: binance.book(MARKETS[symbol]) | {"bidPrice": price, "askPrice": price}
            for symbol, price in self.prices.items()
            if symbol not in self.halted
        }
        for symbol, row in self.rows.items():
            found[symbol] = found[symbol] | row if isinstance(row, dict) else row
        return list(found.values())

    def day(self) -> list[dict[str, Any]]:
        """The day's volumes, which weigh twenty times as much."""
        return [
            binance.day(market, 0) | {"volume": self.volumes.get(symbol, "1000.0")}
            for symbol, market in MARKETS.items()
        ]

    def answer(self, path: str, query: str) -> bytes:
        if path.endswith("bookTicker") and self.body is not None:
            return self.body
        if path.endswith("/exchangeInfo"):
            return json.dumps(binance.info(self.symbols(), 0)).encode()
        if path.endswith("/time"):
            return json.dumps({"serverTime": 0}).encode()
        return json.dumps(self.day() if path.endswith("24hr") else self.books()).encode()


@contextlib.contextmanager
def running() -> Iterator[tuple[Exchange, str]]:
    """The stand-in and its address, until the end of the block."""
    exchange = Exchange()
    with loopback.running(exchange) as url:
        yield exchange, url
