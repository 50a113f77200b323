"""How each exchange is asked through ccxt for all its books in the fewest requests, and what ccxt doesn't know of it.

Proved on answers in the exchanges' own shapes (tests/market/test_adapters*.py). Any other exchange of ccxt's is asked as the
usual one here is, and nothing is taken for granted that its documents would have to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Info = Mapping[str, Any]


def always(info: Info) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Adapter:
    """`is_open` asks of a market, in the exchange's own words, what ccxt's `active` doesn't say.

    `volumes_apart`: its books have no volume, so that is asked with the list of markets; `volume` is its name where that list
    has it itself. `said_time` is the name of the time that the whole answer is of. `times_trades`: the time of a row is that
    of its last trade (M2), and not of the answer or of the book. `one_by_one`: it has no list of books, so these markets
    alone are asked, each by itself.
    """

    options: dict[str, Any] = field(default_factory=dict)
    markets: dict[str, Any] = field(default_factory=dict)
    method: str = "fetch_tickers"
    params: dict[str, Any] = field(default_factory=lambda: {"type": "spot"})
    volumes_apart: bool = False
    volume: str = ""
    said_time: str = ""
    times_trades: bool = False
    is_open: Callable[[Info], bool] = always
    too_much: frozenset[int] = frozenset((418, 429))
    one_by_one: tuple[str, ...] = ()


# Of Coinbase's flags ccxt knows the first only.
_COINBASE_CLOSED = (
    "trading_disabled",
    "is_disabled",
    "cancel_only",
    "view_only",
    "auction_mode",
    "post_only",
    "limit_only",
)


def _is_open_at_coinbase(info: Info) -> bool:
    """An alias is another market's book once more, and no second way."""
    return info.get("status") == "online" and not info.get("alias") and not any(map(info.get, _COINBASE_CLOSED))


def _is_open_at_gate(info: Info) -> bool:
    """ccxt also takes a pair to be open that can only be borrowed."""
    return bool(info.get("trade_status") == "tradable")


def _is_open_at_kraken(info: Info) -> bool:
    """Pairs of another house, which Kraken passes orders to, look like its own."""
    return bool(info.get("execution_venue", "international") == "international")


USUAL = Adapter()

ADAPTERS = {
    # bookTicker weighs 4, for all that trade now; the list of markets 20, and the volumes 80. 403: its firewall asks for less.
    "binance": Adapter(
        markets={"showPermissionSets": "false"},
        method="fetch_bids_asks",
        params={"type": "spot", "symbolStatus": "TRADING"},
        volumes_apart=True,
        too_much=frozenset((403, 418, 429)),
    ),
    "kraken": Adapter(params={}, is_open=_is_open_at_kraken),
    "bybit": Adapter(said_time="time", too_much=frozenset((403, 418, 429))),
    "kucoin": Adapter(options={"fetchMarkets": {"types": ["spot"], "fetchTickersFees": False}}),
    "gate": Adapter(is_open=_is_open_at_gate),
    # Without keys it gives books market by market only: these tell of BTC, BNB and ETH, for a fallback that confirms them.
    "coinbase": Adapter(
        markets={"product_type": "SPOT"},
        is_open=_is_open_at_coinbase,
        volume="volume_24h",
        times_trades=True,
        one_by_one=("BTC/USD", "BTC/USDT", "USDT/USD", "ETH/USD", "ETH/BTC", "BNB/USD"),
    ),
}


def adapter(exchange_id: str) -> Adapter:
    return ADAPTERS.get(exchange_id, USUAL)
