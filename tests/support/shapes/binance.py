"""Binance, after its rest-api.md: exchangeInfo weighs 20, ticker/bookTicker 4 for all, ticker/24hr 80 for all."""

from collections.abc import Sequence
from typing import Any

from tests.support.shapes.markets import AGES, DEAD, GONE, HALT, HOUR, LIQUID, THIN, Market, eight
from tests.support.shapes.shape import Served, Shape, listed

BOOKS = "/api/v3/ticker/bookTicker?symbolStatus=TRADING"
DAY = "/api/v3/ticker/24hr"
_LIMITS = [
    {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000},
    {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 61000},
]
# Their words for a coin that ccxt gives another name.
RENAMED = Market("YOYO", "USDT", "0.0123", "0.0124", "0.0123", "0.0001")


def symbol(market: Market, status: str = "TRADING") -> dict[str, Any]:
    tick = eight(market.tick)
    return {
        "symbol": market.base + market.quote,
        "status": status,
        "baseAsset": market.base,
        "baseAssetPrecision": 8,
        "quoteAsset": market.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": True,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000.00000000", "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000.00000000", "stepSize": "0.00001000"},
            {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True, "avgPriceMins": 5},
            {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        ],
        "permissions": [],
        "permissionSets": [["SPOT", "MARGIN", "TRD_GRP_004"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"],
    }


def book(market: Market) -> dict[str, Any]:
    return {
        "symbol": market.base + market.quote,
        "bidPrice": eight(market.bid),
        "bidQty": eight("7.15931" if market.bid else ""),
        "askPrice": eight(market.ask),
        "askQty": eight("0.09592" if market.ask else ""),
    }


def day(market: Market, closed: int) -> dict[str, Any]:
    return {
        "symbol": market.base + market.quote,
        "priceChange": eight("0.01"),
        "priceChangePercent": "0.011",
        "weightedAvgPrice": eight(market.last if market.is_traded else ""),
        "prevClosePrice": eight(market.last),
        "lastPrice": eight(market.last),
        "lastQty": eight("0.00731" if market.is_traded else ""),
        **{key: value for key, value in book(market).items() if key != "symbol"},
        "openPrice": eight(market.last),
        "highPrice": eight(market.last),
        "lowPrice": eight(market.last),
        "volume": eight(market.volume),
        "quoteVolume": eight(market.turnover),
        "openTime": closed - 24 * HOUR,
        "closeTime": closed,
        "firstId": 5116031635 if market.is_traded else -1,
        "lastId": 5117964946 if market.is_traded else -1,
        "count": 1933312 if market.is_traded else 0,
    }


def info(symbols: Sequence[dict[str, Any]], now: int) -> dict[str, Any]:
    return {"timezone": "UTC", "serverTime": now, "rateLimits": _LIMITS, "exchangeFilters": [], "symbols": symbols}


def answers(now: int, more: Sequence[Market]) -> Served:
    trading = (*LIQUID, THIN, DEAD, RENAMED, *more)
    # The orders of a halted market are cancelled, its last price stays. A delisted coin stays in the list for years.
    closed = (HALT._replace(bid="", ask=""), GONE)
    return {
        "/api/v3/exchangeInfo": info([*map(symbol, trading), *(symbol(market, "BREAK") for market in closed)], now),
        # XGRPUSDT has no SPOT, MARGIN or LEVERAGED permission: exchangeInfo doesn't have it, but it has a row.
        "/api/v3/ticker/bookTicker": [book(one) for one in (*trading, *closed, HALT._replace(base="XGRP"))],
        # What does not trade at this moment is not in it.
        BOOKS: [book(one) for one in trading],
        DAY: [day(one, now - AGES.get(one.base, 700)) for one in (*trading, *closed)],
        "/api/v3/time": {"serverTime": now},
    }


SHAPE = Shape(
    answers,
    listed(lambda served: served[BOOKS], "symbol"),
    bid="bidPrice",
    ask="askPrice",
    last="lastPrice",
    volume="volume",
    busy=(
        429,
        '{"code":-1003,"msg":"Too much request weight used; current limit is 6000 request weight per 1 MINUTE."}',
    ),
)
