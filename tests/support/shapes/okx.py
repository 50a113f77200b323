"""OKX, after its docs-v5: public/instruments and market/tickers, 20 requests in 2 seconds each; a time in each row."""

from collections.abc import Sequence
from typing import Any

from tests.support.shapes.markets import AGES, DEAD, GONE, HALT, LIQUID, THIN, Market
from tests.support.shapes.shape import Served, Shape, listed

TICKERS = "/api/v5/market/tickers"
# The best ask may be lower than the best bid while a market opens: it is not live yet, but its row comes.
OPENING = Market("OPEN", "USDT", "2.0500", "2.0100", "2.0000", "0.0001", "0")
RENAMED = Market("AE", "USDT", "0.0123", "0.0124", "0.0123", "0.0001")


def _instrument(market: Market, state: str = "live") -> dict[str, Any]:
    return {
        "alias": "",
        "auctionEndTime": "",
        "baseCcy": market.base,
        "category": "1",
        "contTdSwTime": "1704876947000",
        "ctMult": "",
        "ctType": "",
        "ctVal": "",
        "ctValCcy": "",
        "expTime": "",
        "futureSettlement": False,
        "groupId": "1",
        "instCategory": "1",
        "instFamily": "",
        "instId": f"{market.base}-{market.quote}",
        "instIdCode": 1000000000,
        "instType": "SPOT",
        "lever": "10",
        "listTime": "1606468572000",
        "lotSz": "0.00000001",
        "maxIcebergSz": "9999999999.0000000000000000",
        "maxLmtAmt": "20000000",
        "maxLmtSz": "9999999999",
        "maxMktAmt": "1000000",
        "maxMktSz": "1000000",
        "minSz": "0.00001",
        "openType": "call_auction",
        "optType": "",
        "preMktSwTime": "",
        "quoteCcy": market.quote,
        "ruleType": "normal",
        "settleCcy": "",
        "state": state,
        "stk": "",
        "tickSz": market.tick,
        "tradeQuoteCcyList": [market.quote],
        "uly": "",
        "upcChg": [],
    }


def _ticker(market: Market, ts: int) -> dict[str, Any]:
    return {
        "instType": "SPOT",
        "instId": f"{market.base}-{market.quote}",
        "last": market.last,
        "lastSz": "0.044378" if market.is_traded else "0",
        "askPx": market.ask,
        "askSz": "4.2" if market.ask else "",
        "bidPx": market.bid,
        "bidSz": "6.050058" if market.bid else "",
        "open24h": market.last,
        "high24h": market.last,
        "low24h": market.last,
        "volCcy24h": market.turnover,
        "vol24h": market.volume,
        "ts": str(ts),
        "sodUtc0": market.last,
        "sodUtc8": market.last,
    }


def answers(now: int, more: Sequence[Market]) -> Served:
    live = (*LIQUID, THIN, DEAD, RENAMED, *more)
    instruments = [*map(_instrument, live), _instrument(HALT, "suspend"), _instrument(OPENING, "preopen")]
    everything = (*live, HALT, OPENING, GONE)  # GONE is no instrument any more
    return {
        "/api/v5/public/instruments": {"code": "0", "data": instruments, "msg": ""},
        TICKERS: {
            "code": "0",
            "msg": "",
            "data": [_ticker(market, now - AGES.get(market.base, 400)) for market in everything],
        },
        "/api/v5/public/time": {"code": "0", "data": [{"ts": str(now)}], "msg": ""},
    }


SHAPE = Shape(
    answers,
    listed(lambda served: served[TICKERS]["data"], "instId"),
    bid="bidPx",
    ask="askPx",
    last="last",
    volume="vol24h",
    busy=(429, '{"msg":"Too Many Requests","code":"50011"}'),
)
