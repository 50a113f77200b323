"""A deterministic, lively market for demonstrations: the same time gives the same prices, and needs no network.

Every asset trades against USDT, the large ones against BTC too, and fiat currencies are what BTC is paid in, so that
direct, inverse and longer paths all occur. Between bid and ask there is a thousandth. However long a demonstration was not
running, no price has moved so far that it is not believed at first (M7). One asset jumps, each quarter of a minute, by more
than the tolerance of the first policy.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from zlib import crc32

from wallet.database import clock
from wallet.market.demo_assets import DEMO_ASSETS, JUMPING
from wallet.market.source import Row

# Waves of one price: how long each takes in milliseconds, and how far it swings in millionths.
WAVES = ((41_000, 1_500), (157_000, 4_000), (1_931_000, 3_000))
AGAINST_BTC = ("ETH", "BNB", "SOL", "LTC", "BCH", "XRP", "LINK", "AVAX", "DOT", "ADA", "MKR", "AAVE")
FIAT = ("EUR", "USD", "GBP", "TRY", "BRL", "AUD", "PLN")

# What the jumping asset costs in one quarter of a minute after the other, in thousandths of its usual price.
STEPS, STEP_MS = (1_000, 1_063, 1_130), 15_000

_TICK = Context(prec=6, rounding=ROUND_HALF_EVEN)
# How far bid and ask are from the price.
HALF_SPREAD = Decimal("0.0005")


class Demo:
    name = "demo"

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self.now = now

    def rows(self) -> list[Row]:
        usd = self.prices()
        against_usdt = [row(code, "USDT", price) for code, price in usd.items() if code not in ("USDT", *FIAT)]
        against_btc = [row(code, "BTC", usd[code] / usd["BTC"]) for code in AGAINST_BTC if code in usd]
        return [
            *against_usdt,
            *against_btc,
            *(row("BTC", code, usd["BTC"] / usd[code]) for code in FIAT if code in usd),
            row(JUMPING.code, "USDT", jumping_price(self.now())),
        ]

    def prices(self) -> dict[str, Decimal]:
        """What every asset costs in dollars."""
        moment = int(self.now().timestamp() * 1000)
        return {entry.code: _price(entry.code, entry.usd, moment) for entry in DEMO_ASSETS if entry.usd is not None}

    def keep_markets(self) -> None:
        """They are always the same."""


def row(base: str, counter: str, price: Decimal) -> Row:
    """A market whose book is around this price."""
    bid, ask = (f"{_TICK.plus(price * (1 + off)):f}" for off in (-HALF_SPREAD, HALF_SPREAD))
    return Row(base + counter, base, counter, bid=bid, ask=ask)


def jumping_price(at: datetime) -> Decimal:
    """What the jumping asset costs in dollars. Within half a minute of a quarter's end it never costs the same again."""
    assert JUMPING.usd is not None
    return JUMPING.usd * STEPS[int(at.timestamp() * 1000) // STEP_MS % len(STEPS)] / 1000


def _price(code: str, usd: Decimal, moment: int) -> Decimal:
    """The asset's price in dollars at a moment in milliseconds: its usual price and three triangle waves on top."""
    if usd == 1:
        return usd
    millionths = 1_000_000
    for period, swing in WAVES:
        place = (moment + crc32(f"{code}{period}".encode())) % period
        millionths += swing * (abs(4 * place - 2 * period) - period) // period
    return usd * millionths / 1_000_000
