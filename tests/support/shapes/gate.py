"""Gate, after its apiv4: spot/currency_pairs and spot/tickers, 200 requests in 10 seconds each; no times at all."""

from collections.abc import Sequence
from typing import Any

from tests.support.shapes.markets import DEAD, GONE, HALT, LIQUID, THIN, Market
from tests.support.shapes.shape import Served, Shape, listed

TICKERS = "/api/v4/spot/tickers"
LEVERAGED = Market("BTC3L", "USDT", "5.1000", "5.1100", "5.1050", "0.0001")
RENAMED = Market("GTC", "USDT", "0.0123", "0.0124", "0.0123", "0.0001")


def _pair(market: Market, trade_status: str = "tradable") -> dict[str, Any]:
    return {
        "id": f"{market.base}_{market.quote}",
        "base": market.base,
        "base_name": market.base.title(),
        "quote": market.quote,
        "quote_name": market.quote.title(),
        "trade_quotes": [],
        "fee": "0.2",
        "min_base_amount": "0.000001",
        "min_quote_amount": "3",
        "max_base_amount": "100",
        "max_quote_amount": "5000000",
        "amount_precision": 6,
        "precision": market.decimals,
        "trade_status": trade_status,
        "sell_start": 0,
        "buy_start": 0,
        "delisting_time": 0,
        "type": "normal",
        "trade_url": f"https://www.gate.com/trade/{market.base}_{market.quote}",
        "st_tag": False,
        "up_rate": "0.08",
        "down_rate": "0.08",
        "slippage": "0.03",
        "market_order_max_stock": "65",
        "market_order_max_money": "5000000",
    }


def _ticker(market: Market) -> dict[str, Any]:
    return {
        "currency_pair": f"{market.base}_{market.quote}",
        "last": market.last,
        "lowest_ask": market.ask,
        "lowest_size": "609.39" if market.ask else "",
        "highest_bid": market.bid,
        "highest_size": "493.81" if market.bid else "",
        "change_percentage": "0.11",
        "change_utc0": "0.09",
        "change_utc8": "0.1",
        "base_volume": market.volume,
        "quote_volume": market.turnover,
        "high_24h": market.last,
        "low_24h": market.last,
    }


def answers(now: int, more: Sequence[Market]) -> Served:
    trading = (*LIQUID, THIN, DEAD, RENAMED, LEVERAGED, *more)
    etf = {"etf_net_value": "5.1021", "etf_pre_timestamp": now // 1000 - 3600, "etf_leverage": "2.8"}
    margin = {"leverage": 10, "min_base_amount": "0.01", "min_quote_amount": "1", "status": 1}
    return {
        "/api/v4/spot/currency_pairs": [
            *map(_pair, trading),
            _pair(HALT, "untradable"),
            _pair(GONE, "sellable") | {"delisting_time": now // 1000 + 86400},
        ],
        # HALT can still be borrowed: with this ccxt says that it trades.
        "/api/v4/margin/currency_pairs": [
            {"id": "BTC_USDT", "base": "BTC", "quote": "USDT", **margin},
            {"id": "HALT_USDT", "base": "HALT", "quote": "USDT", **margin},
        ],
        TICKERS: [_ticker(one) | (etf if one is LEVERAGED else {}) for one in (*trading, HALT, GONE)],
        "/api/v4/spot/time": {"server_time": now},
    }


SHAPE = Shape(
    answers,
    listed(lambda served: served[TICKERS], "currency_pair"),
    bid="highest_bid",
    ask="lowest_ask",
    last="last",
    volume="base_volume",
    busy=(429, '{"label":"TOO_MANY_REQUESTS","message":"Request Rate Limit Exceeded (code: 429)"}'),
)
