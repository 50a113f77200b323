"""What is known of each venue: what it is asked, with what that weighs, and what it says of one of its markets."""

from typing import NamedTuple

from tests.support.shapes.coinbase import PRODUCTS


class Known(NamedTuple):
    """What is asked of a venue for its list of markets and for a round, with what that weighs; a market of it, by its own id,
    and the coins between which it trades; and what it says of this market."""

    markets: list[str]
    books: list[str]
    market: str
    pair: tuple[str, str] = ("LTC", "BTC")
    sides: tuple[str, str] = ("0.000947", "0.000948")


VENUES = {
    # Weight 20 and 80, then 4, of 6,000 a minute.
    "binance": Known(
        ["/api/v3/exchangeInfo?showPermissionSets=false", "/api/v3/ticker/24hr"],
        ["/api/v3/ticker/bookTicker?symbolStatus=TRADING"],
        "LTCBTC",
        sides=("0.00094700", "0.00094800"),
    ),
    # One each, of 20 in 2 seconds.
    "okx": Known(["/api/v5/public/instruments?instType=SPOT"], ["/api/v5/market/tickers?instType=SPOT"], "LTC-BTC"),
    # One each, of about one a second.
    "kraken": Known(["/0/public/AssetPairs"], ["/0/public/Ticker"], "XLTCXXBT"),
    # One each, of 600 in 5 seconds.
    "bybit": Known(["/v5/market/instruments-info?category=spot"], ["/v5/market/tickers?category=spot"], "LTCBTC"),
    # Weight 4, then 15, of 2,000 in 30 seconds.
    "kucoin": Known(["/api/v2/symbols"], ["/api/v1/market/allTickers"], "LTC-BTC"),
    # One each, of 200 in 10 seconds.
    "gate": Known(["/api/v4/spot/currency_pairs"], ["/api/v4/spot/tickers?timezone=utc0"], "LTC_BTC"),
    # Two, then six, of 10 a second.
    "coinbase": Known(
        [f"{PRODUCTS}?product_type=SPOT", f"{PRODUCTS}?product_type=FUTURE"],
        [
            f"{PRODUCTS}/{market}/ticker?limit=1"
            for market in ("BTC-USD", "BTC-USDT", "USDT-USD", "ETH-USD", "ETH-BTC", "BNB-USD")
        ],
        "ETH-BTC",
        ("ETH", "BTC"),
        ("0.03343", "0.03344"),
    ),
}
