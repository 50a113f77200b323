"""KuCoin, after its docs-new: symbols weigh 4, market/allTickers 15, of 2,000 in 30 seconds; a snapshot every 2 seconds."""

from collections.abc import Sequence
from typing import Any

from tests.support.shapes.markets import DEAD, GONE, HALT, LIQUID, THIN, Market
from tests.support.shapes.shape import Served, Shape, listed

TICKERS = "/api/v1/market/allTickers"
# A coin that was renamed keeps its old id, and one that ccxt calls otherwise than the venue does.
BSV = Market("BCHSV", "USDT", "22.51", "22.53", "22.52", "0.01")
RENAMED = Market("WAX", "USDT", "0.0123", "0.0124", "0.0123", "0.0001")


def _symbol(market: Market, *, trades: bool = True) -> dict[str, Any]:
    return {
        "symbol": f"{market.base}-{market.quote}",
        "name": f"{market.base}-{market.quote}",
        "baseCurrency": market.base,
        "quoteCurrency": market.quote,
        "feeCurrency": market.quote,
        "market": "USDS" if market.quote == "USDT" else "BTC",
        "baseMinSize": "0.00001",
        "quoteMinSize": "0.1",
        "baseMaxSize": "10000000000",
        "quoteMaxSize": "99999999",
        "baseIncrement": "0.00000001",
        "quoteIncrement": "0.000001",
        "priceIncrement": market.tick,
        "priceLimitRate": "0.1",
        "minFunds": "0.1",
        "isMarginEnabled": True,
        "enableTrading": trades,
        "feeCategory": 1,
        "makerFeeCoefficient": "1.00",
        "takerFeeCoefficient": "1.00",
        "st": False,
        "callauctionIsEnabled": False,
        "callauctionPriceFloor": None,
        "callauctionPriceCeiling": None,
        "tradingStartTime": None,
    }


def _ticker(market: Market) -> dict[str, Any]:
    """`buy` is the bid, `sell` the ask; an empty side is null."""
    last = market.last if market.is_traded else None
    return {
        "symbol": f"{market.base}-{market.quote}",
        "symbolName": f"{market.base}-{market.quote}",
        "buy": market.bid or None,
        "bestBidSize": "0.69207954" if market.bid else None,
        "sell": market.ask or None,
        "bestAskSize": "0.08836606" if market.ask else None,
        "changeRate": "-0.0055" if market.is_traded else None,
        "changePrice": "-0.01" if market.is_traded else None,
        "high": last,
        "low": last,
        "vol": market.volume,
        "volValue": market.turnover,
        "last": market.last,
        "averagePrice": last,
        "takerFeeRate": "0.001",
        "makerFeeRate": "0.001",
        "takerCoefficient": "1",
        "makerCoefficient": "1",
    }


def answers(now: int, more: Sequence[Market]) -> Served:
    trading = (*LIQUID, THIN, DEAD, RENAMED, *more)
    called = {"name": "BSV-USDT", "baseCurrency": "BSV"}
    symbols = [*map(_symbol, trading), _symbol(HALT, trades=False), _symbol(BSV) | called]
    tickers = [*map(_ticker, (*trading, HALT, GONE)), _ticker(BSV) | {"symbolName": "BSV-USDT"}]
    return {
        "/api/v2/symbols": {"code": "200000", "data": symbols},
        TICKERS: {"code": "200000", "data": {"time": now - 1200, "ticker": tickers}},
        "/api/v1/timestamp": {"code": "200000", "msg": "success", "data": now},
    }


SHAPE = Shape(
    answers,
    listed(lambda served: served[TICKERS]["data"]["ticker"], "symbol"),
    bid="buy",
    ask="sell",
    last="last",
    volume="vol",
    busy=(429, '{"code":"429000","msg":"Too many requests. System-level rate limit exceeded."}'),
)
