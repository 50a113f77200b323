"""What seven exchanges answer, in their own wire formats, written after their documents: a module each.

Strings where the venue sends strings, JSON's numbers where it sends numbers; null, "" or a zero for an empty side of a book,
as each venue has it.
"""

from tests.support.shapes import binance, bybit, coinbase, gate, kraken, kucoin, okx
from tests.support.shapes.shape import Shape, Venue, running

SHAPES = {
    "binance": binance.SHAPE,
    "okx": okx.SHAPE,
    "kraken": kraken.SHAPE,
    "bybit": bybit.SHAPE,
    "kucoin": kucoin.SHAPE,
    "gate": gate.SHAPE,
    "coinbase": coinbase.SHAPE,
}

__all__ = ["SHAPES", "Shape", "Venue", "running"]
