"""Kraken, after docs.kraken.com: AssetPairs and Ticker for all pairs; a request a second from an address; no times at all."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple

from tests.support.shapes.markets import DEAD, HALT, LIQUID, THIN, Market, eight
from tests.support.shapes.shape import Served, Shape


class Pair(NamedTuple):
    """Kraken's own names: the key, the alternative name, the ids of both sides."""

    key: str
    altname: str
    base: str
    quote: str
    market: Market


_BTC, _BNB, _, _ETH_BTC, _ETH, _DOGE, _LTC_BTC, _LTC, _USDC = LIQUID
PAIRS = (
    Pair("XXBTZUSD", "XBTUSD", "XXBT", "ZUSD", _BTC._replace(bid="91234.5", ask="91234.6", tick="0.1")),
    Pair("XBTUSDT", "XBTUSDT", "XXBT", "USDT", _BTC._replace(bid="91240.1", ask="91240.2", tick="0.1")),
    Pair("BNBUSD", "BNBUSD", "BNB", "ZUSD", _BNB),
    Pair("BNBUSDT", "BNBUSDT", "BNB", "USDT", _BNB._replace(bid="893.40", ask="893.51", volume="310.2")),
    Pair("XETHXXBT", "ETHXBT", "XETH", "XXBT", _ETH_BTC),
    Pair("XETHZUSD", "ETHUSD", "XETH", "ZUSD", _ETH),
    Pair("XDGUSD", "XDGUSD", "XXDG", "ZUSD", _DOGE),
    Pair("XLTCXXBT", "LTCXBT", "XLTC", "XXBT", _LTC_BTC),
    Pair("XLTCZUSD", "LTCUSD", "XLTC", "ZUSD", _LTC),
    Pair("USDCUSD", "USDCUSD", "USDC", "ZUSD", _USDC),
    Pair("USDTZUSD", "USDTUSD", "USDT", "ZUSD", _USDC._replace(base="USDT")),
    Pair("THINUSD", "THINUSD", "THIN", "ZUSD", THIN),
    Pair("DEADUSD", "DEADUSD", "DEAD", "ZUSD", DEAD),
    Pair("HALTUSD", "HALTUSD", "HALT", "ZUSD", HALT),
)
# The same coins under a second name: margin of the United States, which another house executes.
ROUTED = Pair("XBTUSD:BTNL", "XBTUSD:BTNL", "XXBT", "ZUSD", PAIRS[0].market)
_CODES = {"XXBT": "XBT", "XETH": "ETH", "XLTC": "LTC", "XXDG": "XDG", "ZUSD": "USD"}


def _pair(pair: Pair, status: str = "online", venue: str = "international") -> dict[str, Any]:
    return {
        "altname": pair.altname,
        "wsname": f"{_CODES.get(pair.base, pair.base)}/{_CODES.get(pair.quote, pair.quote)}",
        "aclass_base": "currency",
        "base": pair.base,
        "aclass_quote": "currency",
        "quote": pair.quote,
        "lot": "unit",
        "cost_decimals": 5,
        "pair_decimals": pair.market.decimals,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "leverage_buy": [2, 3, 4, 5],
        "leverage_sell": [2, 3, 4, 5],
        "fees": [[0, 0.4], [10000, 0.35], [50000, 0.24], [100000, 0.22], [10000000, 0.1]],
        "fees_maker": [[0, 0.25], [10000, 0.2], [50000, 0.14], [100000, 0.12], [10000000, 0.0]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": "0.00005",
        "costmin": "0.5",
        "tick_size": pair.market.tick,
        "status": status,
        "execution_venue": venue,
        "long_position_limit": 350,
        "short_position_limit": 250,
    }


def _ticker(market: Market) -> dict[str, Any]:
    def price(text: str) -> str:
        places = max(5, market.decimals)
        return f"{text}{'0' * (places - len(text.partition('.')[2]))}" if text else f"0.{'0' * places}"

    def side(text: str) -> list[str]:
        return [price(text), "2", "2.000"] if text else [price(""), "0", "0.000"]

    last = price(market.last)
    return {
        "a": side(market.ask),
        "b": side(market.bid),
        "c": [last, "0.00009443"],
        "v": ["0.00000000", eight(market.volume)],
        "p": [last, last],
        "t": [0, 3276 if market.is_traded else 0],
        "l": [last, last],
        "h": [last, last],
        "o": last,
    }


def answers(now: int, more: Sequence[Market]) -> Served:
    further = [Pair(f"{one.base}USD", f"{one.base}USD", one.base, "ZUSD", one) for one in more]
    pairs = {pair.key: _pair(pair, "cancel_only" if pair.key == "HALTUSD" else "online") for pair in (*PAIRS, *further)}
    moment = datetime.fromtimestamp(now // 1000, UTC)
    return {  # a delisted coin is in neither list
        "/0/public/AssetPairs": {
            "error": [],
            "result": {**pairs, ROUTED.key: _pair(ROUTED, venue="bitnomial_exchange")},
        },
        "/0/public/Ticker": {
            "error": [],
            "result": {pair.key: _ticker(pair.market) for pair in (*PAIRS, ROUTED, *further)},
        },
        "/0/public/Time": {"error": [], "result": {"unixtime": now // 1000, "rfc1123": format_datetime(moment)}},
    }


def _place(served: Served, market: str) -> tuple[Any, Any]:
    return served["/0/public/Ticker"]["result"], market


SHAPE = Shape(
    answers,
    _place,
    bid="b",
    ask="a",
    last="c",
    volume="v",
    busy=(200, '{"error":["EGeneral:Too many requests"]}'),
)
