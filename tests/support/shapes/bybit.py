"""Bybit, after its docs/v5: market/instruments-info and market/tickers; 600 requests in 5 seconds; a time of the answer."""

from collections.abc import Sequence
from typing import Any

from tests.support.shapes.markets import DEAD, GONE, HALT, LIQUID, THIN, Market
from tests.support.shapes.shape import Served, Shape, listed

TICKERS = "/v5/market/tickers"
SOON = Market("SOON", "USDT", "", "", "", "0.0001", "0")
RENAMED = Market("BCHSV", "USDT", "22.51", "22.53", "22.52", "0.01")


def _instrument(market: Market, status: str = "Trading") -> dict[str, Any]:
    return {
        "symbol": market.base + market.quote,
        "symbolId": 7,
        "baseCoin": market.base,
        "quoteCoin": market.quote,
        "innovation": "0",
        "symbolType": "",
        "xstockMultiplier": "1",
        "status": status,
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": "0.000001",
            "quotePrecision": "0.0000001",
            "minOrderQty": "0.000011",
            "maxOrderQty": "83",
            "minOrderAmt": "5",
            "maxOrderAmt": "8000000",
            "maxLimitOrderQty": "83",
            "maxMarketOrderQty": "41.5",
            "postOnlyMaxLimitOrderSize": "60000",
        },
        "priceFilter": {"tickSize": market.tick},
        "riskParameters": {"priceLimitRatioX": "0.005", "priceLimitRatioY": "0.01"},
    }


def _ticker(market: Market) -> dict[str, Any]:
    return {
        "symbol": market.base + market.quote,
        "bid1Price": market.bid,
        "bid1Size": "2" if market.bid else "",
        "ask1Price": market.ask,
        "ask1Size": "1.862172" if market.ask else "",
        "lastPrice": market.last,
        "prevPrice24h": market.last,
        "price24hPcnt": "0.0068",
        "highPrice24h": market.last,
        "lowPrice24h": market.last,
        "turnover24h": market.turnover,
        "volume24h": market.volume,
        "usdIndexPrice": market.last if market.base in ("BTC", "ETH") else "",
    }


def answers(now: int, more: Sequence[Market]) -> Served:
    def wrapped(result: dict[str, Any]) -> dict[str, Any]:
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": now}

    trading = (*LIQUID, THIN, DEAD, RENAMED, *more)
    # Only what trades is listed, and what is announced: HALT and GONE have a row, but are no instruments.
    instruments = [*map(_instrument, trading), _instrument(SOON, "PreLaunch")]
    tickers = [_ticker(market) for market in (*trading, HALT, GONE)]
    return {
        "/v5/market/instruments-info": wrapped({"category": "spot", "list": instruments}),
        TICKERS: wrapped({"category": "spot", "list": tickers}),
        "/v5/market/time": wrapped({"timeSecond": str(now // 1000), "timeNano": f"{now}000000"}),
    }


SHAPE = Shape(
    answers,
    listed(lambda served: served[TICKERS]["result"]["list"], "symbol"),
    bid="bid1Price",
    ask="ask1Price",
    last="lastPrice",
    volume="volume24h",
    busy=(200, '{"retCode":10006,"retMsg":"Too many visits!","result":{},"retExtInfo":{},"time":1672376496682}'),
)
