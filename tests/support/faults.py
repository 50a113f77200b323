"""A whole market whose fair prices are known, and everything that can be wrong with what an exchange says of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from wallet.market.source import AskLater, MarketError, Row

# What everything is worth, in dollars; a test may let them move.
FAIR = {
    "BTC": Decimal(62_500),
    "USDT": Decimal(1),
    "USDC": Decimal(1),
    "EUR": Decimal("1.25"),
    "ETH": Decimal(3125),
    "BNB": Decimal(625),
    "DOGE": Decimal("0.125"),
    "LTC": Decimal(75),
}
PAIRS = (
    *("BTC/USDT", "BTC/USDC", "USDC/USDT", "BTC/EUR", "EUR/USDT"),
    *("ETH/BTC", "ETH/USDT", "BNB/BTC", "BNB/USDT", "BNB/ETH"),
    *("DOGE/BTC", "DOGE/USDT", "DOGE/USDC", "LTC/BTC", "LTC/USDT", "LTC/USDC"),
)
HALF_SPREAD = Decimal("0.0005")

Rows = dict[str, Row]
Fault = Callable[[Rows], Rows]


class Venue:
    """An exchange that says what is fair, but for its fault."""

    def __init__(self, name: str = "demo") -> None:
        self.name = name
        self.fair = dict(FAIR)
        self.fault: Fault = dict

    def rows(self) -> list[Row]:
        return list(self.fault(self.fair_rows()).values())

    def fair_rows(self) -> Rows:
        return {pair: self._row(*pair.split("/")) for pair in PAIRS}

    def heal(self) -> None:
        """It says what is fair again."""
        self.fault = dict

    def keep_markets(self) -> None:
        """They are always the same."""

    def _row(self, base: str, counter: str) -> Row:
        price = self.fair[base] / self.fair[counter]
        bid, ask = (f"{price * (1 + off):.12f}" for off in (-HALF_SPREAD, HALF_SPREAD))
        return Row(base + counter, base, counter, bid=bid, ask=ask, tick="0.000000000001")


def none_of(rows: Rows) -> Rows:
    raise MarketError("demo gave no prices: it does not answer")


def too_much(rows: Rows) -> Rows:
    raise AskLater("demo says that it is asked too much", timedelta(seconds=5))


def empty(rows: Rows) -> Rows:
    return {}


def half(rows: Rows) -> Rows:
    return dict(list(rows.items())[::2])


def said(seconds: int, now: Callable[[], datetime]) -> Fault:
    """Every row is of so many seconds from now."""

    def fault(rows: Rows) -> Rows:
        return {pair: row._replace(said_at=now() + timedelta(seconds=seconds)) for pair, row in rows.items()}

    return fault


def in_markets(pairs: Iterable[str], change: Callable[[Row], Row | None]) -> Fault:
    """A fault of these markets only; what it changes to None is not there."""
    chosen = set(pairs)

    def fault(rows: Rows) -> Rows:
        changed = {pair: change(row) if pair in chosen else row for pair, row in rows.items()}
        return {pair: row for pair, row in changed.items() if row is not None}

    return fault


def times(factor: str) -> Callable[[Row], Row]:
    """Both sides are so many times what they should be."""

    def change(row: Row) -> Row:
        bid, ask = (f"{Decimal(str(text)) * Decimal(factor):.12f}" for text in (row.bid, row.ask))
        return row._replace(bid=bid, ask=ask)

    return change


def sends(text: object) -> Callable[[Row], Row]:
    return lambda row: row._replace(bid=text, ask=text)


def crossed(row: Row) -> Row:
    return row._replace(bid=row.ask, ask=row.bid)


def wide(row: Row) -> Row:
    return row._replace(bid=f"{Decimal(str(row.bid)) * Decimal('0.8'):.12f}")


def thin(row: Row) -> Row:
    return row._replace(ask=None)


def halted(row: Row) -> Row:
    return row._replace(is_halted=True)


def untraded(row: Row) -> Row:
    return row._replace(is_traded=False)


def dropped(row: Row) -> Row | None:
    return None


def pairs_of(code: str) -> list[str]:
    """All markets of an asset."""
    return [pair for pair in PAIRS if code in pair.split("/")]


# What can be wrong with a market's row.
CHANGES: dict[str, Callable[[Row], Row | None]] = {
    "zero": sends("0.00000000"),
    "negative": sends("-0.125"),
    "NaN": sends("NaN"),
    "infinite": sends("Infinity"),
    "no text": sends(None),
    "× 1000": times("1000"),
    "÷ 1000": times("0.001"),
    "× 65": times("65"),
    "+ 30%": times("1.3"),
    "− 30%": times("0.7"),
    "crossed": crossed,
    "wide": wide,
    "thin": thin,
    "dropped": dropped,
    "halted": halted,
    "dead": untraded,
}
# And where: of DOGE, which is converted, of BNB, which is paid, and of a hub between them.
PLACES = {
    "one market of DOGE": ["DOGE/USDT"],
    "all of DOGE": pairs_of("DOGE"),
    "one market of BNB": ["BNB/BTC"],
    "all of BNB": pairs_of("BNB"),
    "a hub": ["BTC/USDT"],
}
# What can be wrong with a whole round.
WHOLE: dict[str, Fault] = {"silent": none_of, "asked too much": too_much, "empty": empty, "half the rows": half}
