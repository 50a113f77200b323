"""What the house holds and owes, and what guards it.

position     of each asset, by the ledger, at the round's prices
guard        limits: what is warned of, and the closing that stops new quotes
limits       setting them: tighter at once, looser by two
"""

from wallet.treasury.guard import Level, Warning, close_if_stopped, own_units, short_words, stops, warnings, watch  # noqa: A004
from wallet.treasury.position import Position, Totals, Treasury, treasury

__all__ = [
    "Level",
    "Position",
    "Totals",
    "Treasury",
    "Warning",
    "close_if_stopped",
    "own_units",
    "short_words",
    "stops",
    "treasury",
    "warnings",
    "watch",
]
