"""A venue that is asked over a network, in Binance's wire format: what it says is fair, but how it answers may be anything."""

import contextlib
import json
from collections.abc import Callable
from unittest import mock

from tests.support import loopback
from tests.support.faults import PAIRS, Venue
from tests.support.shapes import binance
from tests.support.shapes.markets import Market as Symbol
from wallet.market import exchange
from wallet.market.source import Row

PATIENT_MS, HASTY_MS = 60_000, 100


class Market(loopback.StandIn):
    """What stands behind the venue's address."""

    def __init__(self, venue: Venue) -> None:
        super().__init__()
        self.venue = venue
        self.spoils: Callable[[bytes], bytes] = bytes
        self.drips = False  # each part of an answer comes in time, and the whole never does

    def answer(self, path: str, query: str) -> bytes:
        symbols = [
            Symbol(row.base, row.counter, str(row.bid), str(row.ask), str(row.bid), "0.00000001")
            for row in self.venue.fair_rows().values()
        ]
        if path.endswith("/exchangeInfo"):
            return json.dumps(binance.info([binance.symbol(one) for one in symbols], 0)).encode()
        if path.endswith("/24hr"):
            return json.dumps([binance.day(one, 0) for one in symbols]).encode()
        return self.spoils(json.dumps([binance.book(one) for one in symbols]).encode())


class WiredVenue(Venue):
    """A venue whose rows come through the product's own adapter. Its answers are given all the time in the world, unless
    they hang."""

    def __init__(self, name: str = "demo") -> None:
        super().__init__(name)
        self.market = Market(self)
        self.exchange: exchange.Exchange | None = None

    def reach(self, url: str) -> None:
        self.exchange = exchange.Exchange("binance", url)
        self.exchange.name = self.name

    def rows(self) -> list[Row]:
        assert self.exchange is not None
        self.exchange.client.timeout = PATIENT_MS if self.market.answers_at_all else HASTY_MS
        with mock.patch.object(exchange, "TIMEOUT_MS", -1) if self.market.drips else contextlib.nullcontext():
            found = self.exchange.rows()
        assert len(found) == len(PAIRS)
        return found

    def heal(self) -> None:
        super().heal()
        self.market.status, self.market.headers, self.market.spoils, self.market.drips = 200, {}, bytes, False
        self.market.release()


def answers_with(status: int, body: bytes = b"<html>", **headers: str) -> Callable[[Market], None]:
    def spoil(market: Market) -> None:
        market.status, market.headers = status, {name.replace("_", "-"): said for name, said in headers.items()}
        market.spoils = lambda _answer: body

    return spoil


def hangs(market: Market) -> None:
    market.hang()


def drips(market: Market) -> None:
    market.drips = True


def is_cut(market: Market) -> None:
    market.spoils = lambda answer: answer[: len(answer) // 2]


# What can be wrong with how a venue answers.
ANSWERS: dict[str, Callable[[Market], None]] = {
    "an error (503)": answers_with(503),
    "it hangs": hangs,
    "slow without end": drips,
    "garbage": answers_with(200, b"<html>Soon back.</html>"),
    "an answer of other shape": answers_with(200, b'{"code": 0}'),
    "cut in the middle": is_cut,
    "429": answers_with(429, Retry_After="5"),
    "418": answers_with(418, Retry_After="5"),
}
