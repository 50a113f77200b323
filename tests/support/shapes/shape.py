"""What a venue's shape is, and the venue that serves it."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support import loopback
from tests.support.shapes.markets import Market

# Answers by the path that is asked; a key with a query is for that query alone.
Served = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """A venue in its own wire format. `answers` makes them as of a moment in milliseconds, with further liquid markets.

    `place` finds a market's row by the venue's own id: what holds it, and its key there. `bid`, `ask`, `last` and `volume`
    are the names of a row's numbers. `busy` is how it says that it is asked too much.
    """

    answers: Callable[[int, Sequence[Market]], Served]
    place: Callable[[Served, str], tuple[Any, Any]]
    bid: str
    ask: str
    last: str
    volume: str
    busy: tuple[int, str]


class Venue(loopback.StandIn):
    """A venue that says what its shape says, until the test changes it."""

    def __init__(self, shape: Shape, now: int, more: Sequence[Market] = ()) -> None:
        super().__init__()
        self.shape = shape
        self.served = shape.answers(now, more)
        self.body: bytes | None = None  # what it answers instead of everything else
        self.numbers: set[str] = set()  # texts that it sends without their quotes
        self.url = ""

    def answer(self, path: str, query: str) -> bytes | None:
        if self.body is not None:
            return self.body
        found = self.served.get(f"{path}?{query}", self.served.get(path))
        text = "" if found is None else json.dumps(found)
        for number in self.numbers:
            text = text.replace(f'"{number}"', number)
        return text.encode() or None

    def change(self, market: str, **fields: object) -> None:
        """Changes a row's numbers: bid, ask, last, volume."""
        holder, key = self.shape.place(self.served, market)
        for name, value in fields.items():
            field = getattr(self.shape, name)
            row = holder[key]
            if field not in row:  # Coinbase's last price is that of a trade in it
                row = row["trades"][0]
            if isinstance(row[field], list):  # Kraken's numbers are the first, or the second, of a list
                row[field][1 if name == "volume" else 0] = value
            else:
                row[field] = value

    def replace(self, market: str, row: object) -> None:
        """Puts something in the place of a whole row."""
        holder, key = self.shape.place(self.served, market)
        holder[key] = row

    def take(self) -> list[str]:
        """What it was asked since the last time."""
        taken, self.requests = self.requests, []
        return taken


@contextlib.contextmanager
def running(shape: Shape, now: int, more: Sequence[Market] = ()) -> Iterator[Venue]:
    """The venue, with its address, until the end of the block."""
    venue = Venue(shape, now, more)
    with loopback.running(venue) as venue.url:
        yield venue


def listed(rows: Callable[[Served], Any], name: str) -> Callable[[Served, str], tuple[Any, Any]]:
    """Where a row stands that is one of a list and says its id under this name."""

    def place(served: Served, market: str) -> tuple[Any, Any]:
        found = rows(served)
        return found, next(at for at, row in enumerate(found) if isinstance(row, dict) and row[name] == market)

    return place
