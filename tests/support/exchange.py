"""A stand-in for an exchange's public API in Binance's wire format, on a loopback port of its own, steered by the test."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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


class Exchange:
    """What the stand-in says. Change the attributes while it runs."""

    def __init__(self) -> None:
        self.prices = {symbol: price for symbol, (_, _, price, _) in SYMBOLS.items()}
        self.halted: set[str] = set()
        self.volumes: dict[str, str] = {}
        self.rows: dict[str, Any] = {}  # what stands in the place of a symbol's fields, or beside them
        self.body: bytes | None = None
        self.status = 200
        self.headers: dict[str, str] = {}
        self.requests: list[str] = []

    def symbols(self) -> list[dict[str, Any]]:
        return [
            {
                "symbol": symbol,
                "status": "BREAK" if symbol in self.halted else "TRADING",
                "baseAsset": base,
                "quoteAsset": quote,
                "baseAssetPrecision": 8,
                "quotePrecision": 8,
                "isSpotTradingAllowed": True,
                "permissions": ["SPOT"],
                "permissionSets": [["SPOT"]],
                "filters": [
                    {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000.0", "tickSize": tick}
                ],
            }
            for symbol, (base, quote, _, tick) in SYMBOLS.items()
        ]

    def books(self) -> list[Any]:
        """What each symbol bids and asks: the same, unless `rows` says otherwise."""
        found: dict[str, Any] = {
            symbol: {"symbol": symbol, "bidPrice": price, "bidQty": "7.5", "askPrice": price, "askQty": "7.5"}
            for symbol, price in self.prices.items()
            if symbol not in self.halted
        }
        for symbol, row in self.rows.items():
            found[symbol] = found[symbol] | row if isinstance(row, dict) else row
        return list(found.values())

    def day(self) -> list[dict[str, Any]]:
        """The day's volumes, which weigh twenty times as much."""
        return [
            {"symbol": symbol, "lastPrice": price, "volume": self.volumes.get(symbol, "1000.0")}
            for symbol, price in self.prices.items()
        ]

    def answer(self, path: str) -> bytes:
        self.requests.append(path)
        if path.endswith("bookTicker") and self.body is not None:
            return self.body
        if path.endswith("/exchangeInfo"):
            return json.dumps(
                {"timezone": "UTC", "serverTime": 0, "rateLimits": [], "symbols": self.symbols()}
            ).encode()
        return json.dumps(self.day() if path.endswith("24hr") else self.books()).encode()


@contextlib.contextmanager
def running() -> Iterator[tuple[Exchange, str]]:
    """The stand-in and its address, until the end of the block."""
    exchange = Exchange()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = exchange.answer(self.path.partition("?")[0])
            self.send_response(exchange.status)
            self.send_header("Content-Type", "application/json")
            for name, value in exchange.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield exchange, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
