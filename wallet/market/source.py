"""What a source of prices is, and the tickers that it gives. Pure: no network, no database, no floats."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from wallet import money


class MarketError(Exception):
    """The market did not answer, or not with prices. What is stored stays as it is and grows old."""


class AskLater(MarketError):
    """The market says that it is asked too much. `wait` is for how long it is not to be asked, where it says so."""

    def __init__(self, words: str, wait: timedelta | None) -> None:
        super().__init__(words)
        self.wait = wait


class Ticker(NamedTuple):
    """One market's last price: one `base` costs `price` of `counter`.

    `said_at` is the exchange's own time of it, which may be that of its last trade: evidence, and no more (M1).
    """

    symbol: str
    base: str
    counter: str
    price: Decimal
    text: str
    tick: Decimal
    said_at: datetime | None


class Source(Protocol):
    name: str

    def tickers(self) -> list[Ticker]:
        """The markets that trade now, each with its last price. Raises MarketError, AskLater among them."""


def parse_ticker(
    *, symbol: str, base: str, counter: str, text: object, tick: object = None, said_at: datetime | None = None
) -> Ticker | None:
    """A ticker from the market's own strings; None when its price is missing, malformed, zero or negative."""
    price = _number(text)
    if price is None:
        return None
    step = _number(tick) or Decimal(1).scaleb(min(0, int(price.as_tuple().exponent)))
    return Ticker(symbol, base, counter, price, str(text), step, said_at)


def _number(text: object) -> Decimal | None:
    if not isinstance(text, str) or not money.PRICE_TEXT.match(text):
        return None
    number = Decimal(text)
    return number if 0 < number < money.PRICE_CEILING else None
