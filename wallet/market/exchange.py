"""Prices of a live exchange, through ccxt.

ccxt takes a second and a hundred megabytes to import, so only the process that fetches prices loads this file.
"""

import contextlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import ccxt
import requests

from wallet.database import clock
from wallet.market.source import AskLater, MarketError, Ticker, parse_ticker

TIMEOUT_MS = 8_000

# Whatever ccxt and its parsers raise over an exchange that is out of reach or talks nonsense.
MALFORMED = (
    ccxt.BaseError,
    requests.RequestException,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


# How an exchange says that it is asked too much: 429, and 418 to who did not listen.
TOO_MUCH = (ccxt.RateLimitExceeded, ccxt.DDoSProtection)
# However long an exchange asks to be left alone, it is asked again after a while: a wrong date must not end all prices.
LONGEST_WAIT = timedelta(days=3)


class Exchange:
    """The spot markets of one exchange: those that trade now, at their last price, as exact strings."""

    def __init__(self, exchange_id: str, url: str = "") -> None:
        """`url` replaces the scheme and host of the exchange's own API, for a mirror or a test server."""
        if exchange_id not in ccxt.exchanges:
            raise MarketError(f"EXCHANGE_ID={exchange_id} is not an exchange that ccxt knows.")
        self.name = exchange_id
        self.client = getattr(ccxt, exchange_id)(
            {
                "timeout": TIMEOUT_MS,
                "options": {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False},
            }
        )
        self.client.number = str  # it answers in floats otherwise
        self.client.on_json_response = partial(
            json.loads, parse_float=str, parse_constant=str
        )  # numbers as they were sent
        self.client.parse_ticker = _row_by_row(self.client.parse_ticker)
        if url:
            self.client.urls["api"] = _moved(self.client.urls["api"], url.rstrip("/"))

    def tickers(self) -> list[Ticker]:
        try:
            # Asked again each time: a market that was halted a moment ago keeps a last price, but has none now.
            markets = self.client.load_markets(True)
            answers = self.client.fetch_tickers()
            found = [self._ticker(markets.get(symbol), answer) for symbol, answer in answers.items()]
        except TOO_MUCH as error:
            wait = _retry_after(self.client.last_response_headers or {})
            raise AskLater(f"{self.name} says that it is asked too much: {str(error)[:200]}", wait) from error
        except MALFORMED as error:
            raise MarketError(f"{self.name} gave no prices: {type(error).__name__}: {str(error)[:200]}") from error
        if not found:
            raise MarketError(f"{self.name} gave no prices: none of its rows can be read.")
        return [ticker for ticker in found if ticker is not None]

    def _ticker(self, market: dict[str, Any] | None, answer: dict[str, Any]) -> Ticker | None:
        if market is None or not market.get("spot") or not market.get("active"):
            return None
        if _is_zero(answer.get("baseVolume")):  # nobody has traded it for a day: its last price is not a price of now
            return None
        if not _is_sent(
            answer.get("last"), answer.get("info")
        ):  # made of an old price and its change, where there is no last
            return None
        tick = market["precision"].get("price") if self.client.precisionMode == ccxt.TICK_SIZE else None
        return parse_ticker(
            symbol=market["id"],
            base=market["base"],
            counter=market["quote"],
            text=answer.get("last"),
            tick=tick,
            said_at=_moment(answer.get("timestamp")),
        )


def _row_by_row(parse: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A parser of rows for which one that nobody can read says nothing (M3): ccxt gives up the whole answer over it."""

    def parsed(*args: Any, **kwargs: Any) -> dict[str, Any]:
        with contextlib.suppress(*MALFORMED):
            return parse(*args, **kwargs)
        return {}

    return parsed


def _is_sent(text: object, said: object) -> bool:
    """Whether the exchange's own answer has this number in it, in these digits (M3)."""
    if isinstance(said, dict):
        said = list(said.values())
    if isinstance(said, list):
        return any(_is_sent(text, part) for part in said)
    return said is not None and str(said) == text


def _moved(urls: Any, url: str) -> Any:
    if isinstance(urls, dict):
        return {key: _moved(value, url) for key, value in urls.items()}
    return url + urlsplit(urls).path if isinstance(urls, str) else urls


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """What Retry-After says: seconds, or a date (RFC 9110, 10.2.3). None where it says nothing that can be read."""
    said = headers.get("Retry-After", "").strip()
    with contextlib.suppress(ArithmeticError, TypeError, ValueError):
        wait = (
            timedelta(seconds=int(said))
            if said.isascii() and said.isdigit()
            else parsedate_to_datetime(said) - clock.now()
        )
        return min(wait, LONGEST_WAIT) if wait > timedelta(0) else None
    return None


def _is_zero(volume: Any) -> bool:
    with contextlib.suppress(ArithmeticError, TypeError, ValueError):
        return not Decimal(volume)
    return False


def _moment(milliseconds: Any) -> datetime | None:
    """The exchange's own time. What does not look like one is as good as none."""
    with contextlib.suppress(TypeError, ValueError, OverflowError, OSError):
        seconds, rest = divmod(int(milliseconds), 1000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)
    return None
