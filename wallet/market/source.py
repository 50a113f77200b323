"""What a source of prices is, and the rows that it gives. Pure: no network, no database, no floats."""

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, runtime_checkable


class MarketError(Exception):
    """The market did not answer, or not with prices. What is stored stays as it is and grows old."""


class AskLater(MarketError):
    """The market says that it is asked too much. `wait` is for how long it is not to be asked, where it says so."""

    def __init__(self, words: str, wait: timedelta | None) -> None:
        super().__init__(words)
        self.wait = wait


class Row(NamedTuple):
    """What an exchange says of one market, as it sent it: one `base` costs so much of `counter`. Nothing of it is believed.

    `bid` is what the market pays for the base now, `ask` what it takes for it, `last` what somebody paid at `traded_at`.
    `said_at` is the exchange's own time of the row, which may be that of a last trade: evidence, and no more (M1).
    """

    symbol: str
    base: str
    counter: str
    bid: object = None
    ask: object = None
    last: object = None
    tick: object = None
    said_at: datetime | None = None
    traded_at: datetime | None = None
    is_halted: bool = False
    is_traded: bool = True  # whether anybody traded in it within a day


class Source(Protocol):
    name: str

    def rows(self) -> list[Row]:
        """Every spot market that it has, as it stands now. Raises MarketError, AskLater among them."""

    def keep_markets(self) -> None:
        """Asks anew which markets there are, where that is due; apart from prices, for which nobody should wait."""


@runtime_checkable
class Remote(Source, Protocol):
    """A source that is asked over a network: its answers are counted, with their characters, and it has a clock of its own."""

    answers: int
    received: int

    def said_time(self) -> datetime | None:
        """What its clock says, where it tells that. Raises MarketError."""
