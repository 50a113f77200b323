"""Prices of a live exchange, through ccxt.

ccxt takes half a second and 30 MB to import, so only the process that fetches prices loads this file.
"""

import contextlib
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from wallet.database import clock
from wallet.logs import get_logger
from wallet.market import library
from wallet.market.adapters import adapter
from wallet.market.source import AskLater, MarketError, Row

TIMEOUT_MS = 8_000

log = get_logger(__name__)

# What ccxt raises over an exchange that is out of reach or says why it gives nothing.
REFUSED = (library.errors.BaseError, requests.RequestException)
# Whatever it and its parsers raise besides over one that talks nonsense.
MALFORMED = (
    *REFUSED,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
# How an exchange says that it is asked too much where its answer has another status.
TOO_MUCH = (library.errors.RateLimitExceeded, library.errors.DDoSProtection)
# What says nothing of one market, but of the exchange as a whole.
UNREACHED = (*TOO_MUCH, library.errors.RequestTimeout, requests.RequestException)
# However long an exchange asks to be left alone, it is asked again after a while: a wrong date must not end all prices.
LONGEST_WAIT = timedelta(days=3)
# A list of markets that could not be renewed for so many times as long as it is kept is asked for before prices are.
PATIENCE = 3
# In seconds: how soon a list that could not be had is asked for again.
LIST_AGAIN = 60
# How much of the last list of markets a new one has at the least, and of how many of its markets it has volumes.
ENOUGH = Decimal("0.8")
# What a market's symbol is made of.
PLAIN = re.compile(r"[!-~]{1,60}")


class Exchange:
    """The spot markets of one exchange with their books, as exact strings. The list of markets is kept for some minutes."""

    def __init__(self, exchange_id: str, url: str = "") -> None:
        """`url` replaces the scheme and host of the exchange's own API, for a mirror or a test server."""
        known = library.adapter(exchange_id)
        if known is None:
            raise MarketError(f"ccxt knows no exchange “{exchange_id}”.")
        self.name = exchange_id
        self.adapter = adapter(exchange_id)
        self.client = _client(known, exchange_id, self.adapter.options)
        self.client.on_rest_response = self._hear
        self.answers = self.received = 0
        if url:
            self.client.urls["api"] = _moved(self.client.urls["api"], url.rstrip("/"))
        self.markets: dict[str, dict[str, Any]] = {}
        self.untraded: set[str] = set()
        self.listed_at = self.tried_at = time.monotonic()

    def rows(self) -> list[Row]:
        """Every spot market, with what it bids and asks. Raises MarketError, AskLater among them."""
        if self._is_older_than(PATIENCE * settings.MARKET_LIST_SECONDS):
            self._ask(self._list_markets)
        found: list[Row] = self._ask(self._rows)
        if not found:
            raise MarketError(f"{self.name} gave no prices: none of its rows can be read.")
        return found

    def keep_markets(self) -> None:
        """Asks for the list of markets anew when it is some minutes old, and which of them nobody trades in."""
        is_new = self.tried_at != self.listed_at and time.monotonic() - self.tried_at < LIST_AGAIN
        if self._is_older_than(settings.MARKET_LIST_SECONDS) and not is_new:
            self._ask(self._list_markets)

    def said_time(self) -> datetime | None:
        """The exchange's own clock, where it tells it; for whoever tries the configuration."""
        return _moment(self._ask(self.client.fetch_time)) if self.client.has.get("fetchTime") else None

    def _is_older_than(self, seconds: int) -> bool:
        return not self.markets or time.monotonic() - self.listed_at > seconds

    def _ask(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except TOO_MUCH as error:
            raise self._ask_later(f"{error}", self.client.last_response_headers or {}) from error
        except REFUSED as error:
            raise MarketError(f"{self.name} gave no prices: {type(error).__name__}: {str(error)[:200]}") from error
        except MALFORMED as error:
            log.info("answer_unreadable", source=self.name, error=type(error).__name__, says=str(error)[:500])
            raise MarketError(f"{self.name} gave no prices: its answer can't be read") from error

    def _hear(self, status: int, reason: str, *answer: Any) -> str:
        """Called by ccxt with every answer: its own errors don't tell all of those that ask for less."""
        _url, _method, headers, body, *_sent = answer
        self.answers += 1
        self.received += len(str(body))
        if status in self.adapter.too_much:
            raise self._ask_later(f"{status} {reason}", headers)
        return str(body).strip()

    def _ask_later(self, said: str, headers: Mapping[str, str]) -> AskLater:
        return AskLater(f"{self.name} says that it is asked too much: {said[:200]}", _retry_after(headers))

    def _list_markets(self) -> None:
        """Takes a new list as a whole, or keeps the one before: half a list, or one without volumes, is none."""
        self.tried_at = time.monotonic()
        markets = self.client.load_markets(True, self.adapter.markets)
        before, now = _open(self.markets), _open(markets)
        if len(now) < len(before) * ENOUGH and not self._is_older_than(PATIENCE * settings.MARKET_LIST_SECONDS):
            raise MarketError(f"{self.name} lists {len(now)} open markets, where it had {len(before)}.")
        volumes: dict[str, Any] = {}
        if self.adapter.volume:
            volumes = {symbol: market["info"].get(self.adapter.volume) for symbol, market in markets.items()}
        elif self.adapter.volumes_apart:
            answers = self.client.fetch_tickers(None, {"type": "spot"})
            volumes = {symbol: answer.get("baseVolume") for symbol, answer in answers.items()}
            known = sum(volumes.get(symbol) is not None for symbol in now)
            if known < len(now) * ENOUGH:
                raise MarketError(f"{self.name} gave volumes of {known} of its {len(now)} open markets.")
        self.markets = markets
        self.untraded = {symbol for symbol, volume in volumes.items() if _is_zero(volume)}
        self.listed_at = self.tried_at = time.monotonic()

    def _rows(self) -> list[Row]:
        if self.adapter.one_by_one:
            answers = self._one_by_one([symbol for symbol in self.adapter.one_by_one if symbol in self.markets])
        else:
            answers = getattr(self.client, self.adapter.method)(None, self.adapter.params)
        said_at = _moment(_time_of(self.client.last_json_response, self.adapter.said_time))
        rows = (self._row(self.markets.get(symbol), answer, said_at) for symbol, answer in answers.items())
        return [row for row in rows if row is not None]

    def _one_by_one(self, symbols: list[str]) -> dict[str, dict[str, Any]]:
        """A market whose answer cannot be read is left out alone (M3); an exchange out of reach is not asked for the next."""
        found: dict[str, dict[str, Any]] = {}
        for symbol in symbols:
            try:
                found[symbol] = self.client.fetch_ticker(symbol)
            except UNREACHED:
                raise
            except MALFORMED:
                if symbol == symbols[-1] and not found:
                    raise
        return found

    def _row(self, market: dict[str, Any] | None, answer: dict[str, Any], said_at: datetime | None) -> Row | None:
        if market is None or not market.get("spot") or not PLAIN.fullmatch(str(market["id"])):
            return None
        tick = market["precision"].get("price") if self.client.precisionMode == library.TICK_SIZE else None
        said = _moment(answer.get("timestamp"))
        return Row(
            symbol=market["id"],
            base=market["base"],
            counter=market["quote"],
            bid=answer.get("bid"),
            ask=answer.get("ask"),
            last=answer.get("last"),
            tick=tick,
            said_at=said or said_at,
            traded_at=said if self.adapter.times_trades else None,
            is_halted=not market.get("active") or not self.adapter.is_open(market["info"]),
            is_traded=market["symbol"] not in self.untraded and not _is_zero(answer.get("baseVolume")),
        )


def _client(known: Any, exchange_id: str, options: dict[str, Any]) -> Any:
    """ccxt's adapter, taking numbers as they were sent, and rows one by one."""
    spot_only = {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False}
    client = known(
        {
            "timeout": TIMEOUT_MS,
            "enableRateLimit": False,  # rounds keep apart by themselves
            "enableLastJsonResponse": True,
            "has": {"fetchCurrencies": False},
            "options": {**spot_only, **options},
        }
    )
    client.session.request = _within_time(client.session.request)
    client.number = str  # it answers in floats otherwise
    client.on_json_response = partial(json.loads, parse_float=str, parse_constant=str)
    client.safe_ticker = _as_sent
    for name in ("parse_ticker", "parse_spot_or_uta_ticker"):
        if hasattr(client, name):
            setattr(client, name, _row_by_row(getattr(client, name)))
    if exchange_id == "kucoin":  # which looks into its rows before they are parsed
        client.publicGetMarketAllTickers = _with_rows_only(client.publicGetMarketAllTickers)
    if exchange_id == "gate":  # what can be borrowed is no concern of ours
        client.publicMarginGetCurrencyPairs = lambda _params=None: []
    return client


def _within_time(ask: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    """A whole answer within the time that there is: a time-out of requests is one of each read, and some drip for ever."""

    def asked(*args: Any, **kwargs: Any) -> requests.Response:
        until = time.monotonic() + TIMEOUT_MS / 1000
        response = ask(*args, **kwargs, stream=True)
        read = bytearray()
        while part := response.raw.read1(65_536, decode_content=True):
            read += part
            if time.monotonic() > until:
                response.close()
                raise requests.exceptions.ReadTimeout(f"not the whole answer within {TIMEOUT_MS / 1000:g} seconds")
        response._content, response._content_consumed = bytes(read), True  # noqa: SLF001  # as its own `content` does
        response.close()
        return response

    return asked


def _open(markets: Mapping[str, Any]) -> list[str]:
    return [symbol for symbol, market in markets.items() if market.get("active")]


def _as_sent(ticker: dict[str, Any], market: Any = None) -> dict[str, Any]:
    """M3: in the place of ccxt's function that works out what an exchange did not send, such as a last price."""
    return ticker


def _row_by_row(parse: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A parser of rows for which one that nobody can read says nothing (M3): ccxt gives up the whole answer over it."""

    def parsed(*args: Any, **kwargs: Any) -> dict[str, Any]:
        with contextlib.suppress(*MALFORMED):
            return parse(*args, **kwargs)
        return {}

    return parsed


def _with_rows_only(ask: Callable[..., Any]) -> Callable[..., Any]:
    def asked(*args: Any, **kwargs: Any) -> Any:
        answer = ask(*args, **kwargs)
        answer["data"]["ticker"] = [row for row in answer["data"]["ticker"] if isinstance(row, dict)]
        return answer

    return asked


def _time_of(answer: Any, name: str) -> Any:
    """The time of a whole answer, where it has one under this name."""
    return answer.get(name) if isinstance(answer, dict) else None


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
