"""Coinbase's Advanced Trade without keys: market/products has no books, market/products/<id>/ticker has one; 10 a second."""

from collections.abc import Sequence
from typing import Any

from tests.support.shapes.markets import AGES, DEAD, GONE, HALT, LIQUID, THIN, Market, iso
from tests.support.shapes.shape import Served, Shape

PRODUCTS = "/api/v3/brokerage/market/products"
RENAMED = Market("CGLD", "USD", "0.2100", "0.2101", "0.2101", "0.0001")


def _dollars(market: Market) -> Market:
    return market._replace(quote="USD") if market.quote == "USDT" else market


_BTC, _BNB, _, _ETH_BTC, _ETH, _DOGE, _LTC_BTC, _LTC, _ = map(_dollars, LIQUID)
ONLINE = (
    _BTC,
    LIQUID[0]._replace(bid="91244.50", ask="91244.60"),
    _BNB,
    _ETH_BTC,
    _ETH,
    _DOGE,
    _LTC_BTC,
    _LTC,
    Market("USDT", "USD", "0.9998", "0.9999", "0.9999", "0.0001", "612345678"),  # USDC isn't listed against USD
    _dollars(THIN),
    _dollars(DEAD),
    RENAMED,
)


def _product(market: Market, **flags: object) -> dict[str, Any]:
    return {
        "product_id": f"{market.base}-{market.quote}",
        "price": market.last,
        "price_percentage_change_24h": "-0.28225832119521",
        "volume_24h": market.volume,
        "volume_percentage_change_24h": "164.92748862719962",
        "base_increment": "0.00000001",
        "quote_increment": market.tick,
        "quote_min_size": "1",
        "quote_max_size": "150000000",
        "base_min_size": "0.00000001",
        "base_max_size": "3400",
        "base_name": market.base.title(),
        "quote_name": market.quote.title(),
        "watched": False,
        "is_disabled": False,
        "new": False,
        "status": "online",
        "cancel_only": False,
        "limit_only": False,
        "post_only": False,
        "trading_disabled": False,
        "auction_mode": False,
        "product_type": "SPOT",
        "quote_currency_id": market.quote,
        "base_currency_id": market.base,
        "fcm_trading_session_details": None,
        "mid_market_price": "",
        "alias": "",
        "alias_to": [],
        "base_display_symbol": market.base,
        "quote_display_symbol": market.quote,
        "view_only": False,
        "price_increment": market.tick,
        "display_name": f"{market.base}-{market.quote}",
        "product_venue": "CBE",
        "approximate_quote_24h_volume": market.turnover,
        "new_at": "2023-01-01T00:00:00Z",
        "market_cap": "",
        "best_bid_price": "",  # empty in the list, for whoever asks
        "best_ask_price": "",
        **flags,
    }


def _trades(market: Market, traded: int) -> dict[str, Any]:
    trade = {
        "trade_id": "518078013",
        "product_id": f"{market.base}-{market.quote}",
        "price": market.last,
        "size": "0.00659179",
        "time": iso(traded),
        "side": "BUY",
        "bid": "",
        "ask": "",
        "exchange": "coinbase",
    }
    return {"trades": [trade], "best_bid": market.bid, "best_ask": market.ask}


def answers(now: int, more: Sequence[Market]) -> Served:
    online = (*ONLINE, *map(_dollars, more))
    aliased = _BTC._replace(quote="USDC")  # the book of BTC-USD under a second name
    gone = {"price": "", "volume_24h": "", "trading_disabled": True, "is_disabled": True, "status": "delisted"}
    products = [
        *(_product(one, **({"alias_to": ["BTC-USDC"]} if one is _BTC else {})) for one in online),
        _product(aliased, alias="BTC-USD", quote_display_symbol="USD"),
        _product(_dollars(HALT), cancel_only=True),  # ccxt calls this active, and the next
        _product(_dollars(HALT)._replace(base="VIEW"), view_only=True),
        _product(_dollars(GONE), **gone),
    ]
    return {
        PRODUCTS: {"products": products, "num_products": len(products), "pagination": None},
        f"{PRODUCTS}?product_type=FUTURE": {"products": [], "num_products": 0, "pagination": None},
        "/v2/time": {"data": {"iso": iso(now), "epoch": now // 1000}},
        **{
            f"{PRODUCTS}/{one.base}-{one.quote}/ticker": _trades(one, now - AGES.get(one.base, 900))
            for one in (*ONLINE, aliased)
        },
    }


def product(venue_served: Served, market: str) -> dict[str, Any]:
    """What the list of markets says of one."""
    found: dict[str, Any] = next(one for one in venue_served[PRODUCTS]["products"] if one["product_id"] == market)
    return found


def _place(served: Served, market: str) -> tuple[Any, Any]:
    return served, f"{PRODUCTS}/{market}/ticker"


SHAPE = Shape(
    answers,
    _place,
    bid="best_bid",
    ask="best_ask",
    last="price",
    volume="volume_24h",
    busy=(429, '{"error":"RATE_LIMIT_EXCEEDED","error_details":"Rate limit exceeded","message":"Rate limit exceeded"}'),
)
