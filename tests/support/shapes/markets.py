"""The markets that every venue has, before each writes them in its own format.

liquid: bid and ask are close, and many trade. THIN: one side of its book is empty, its last trade is three hours old. DEAD:
it trades by its status, but nobody has for a day; nobody tends its book. HALT: halted by the venue's own flag, and its row
still comes. GONE: a delisted coin, as each venue has it: flagged, or missing from the markets while its row still comes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

HOUR = 3_600_000  # milliseconds
# How old the times of these are, where a venue gives a time for each.
AGES = {"THIN": 3 * HOUR, "DEAD": 30 * HOUR, "HALT": 2 * HOUR, "GONE": 72 * HOUR}


class Market(NamedTuple):
    base: str
    quote: str
    bid: str
    ask: str
    last: str
    tick: str
    volume: str = "1834.51"

    @property
    def decimals(self) -> int:
        return -int(Decimal(self.tick).as_tuple().exponent)

    @property
    def turnover(self) -> str:
        return f"{Decimal(self.volume) * Decimal(self.last):.8f}"

    @property
    def is_traded(self) -> bool:
        return bool(Decimal(self.volume))


LIQUID = (
    Market("BTC", "USDT", "91234.50", "91234.60", "91234.60", "0.01", "18234.5512"),
    Market("BNB", "USDT", "893.41", "893.42", "893.41", "0.01", "251034.118"),
    Market("BNB", "BTC", "0.009792", "0.009793", "0.009792", "0.000001", "8012.31"),
    Market("ETH", "BTC", "0.03343", "0.03344", "0.03343", "0.00001", "21034.902"),
    Market("ETH", "USDT", "3050.12", "3050.13", "3050.13", "0.01", "402311.0871"),
    Market("DOGE", "USDT", "0.15123", "0.15124", "0.15123", "0.00001", "801234567"),
    Market("LTC", "BTC", "0.000947", "0.000948", "0.000947", "0.000001", "20114.77"),
    Market("LTC", "USDT", "86.42", "86.43", "86.43", "0.01", "301455.12"),
    Market("USDC", "USDT", "0.9998", "0.9999", "0.9999", "0.0001", "612345678"),
)
THIN = Market("THIN", "USDT", "0.0410", "", "0.0455", "0.0001", "12.5")
DEAD = Market("DEAD", "USDT", "0.0010", "0.0900", "0.0333", "0.0001", "0")
HALT = Market("HALT", "USDT", "1.2300", "1.2400", "1.2350", "0.0001")
GONE = Market("GONE", "USDT", "", "", "0.5000", "0.0001", "0")


def many(count: int) -> Sequence[Market]:
    """So many further markets, for what a round of a large venue costs."""
    return [Market(f"A{number}", "USDT", "0.0410", "0.0411", "0.0411", "0.0001") for number in range(count)]


def eight(text: str) -> str:
    """Eight decimals always; an empty side is a zero."""
    return f"{Decimal(text or 0):.8f}"


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
