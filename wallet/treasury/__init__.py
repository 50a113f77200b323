"""What the house holds and owes.

position     of each asset, by the ledger, at the round's prices
"""

from wallet.treasury.position import Position, Totals, Treasury, treasury

__all__ = ["Position", "Totals", "Treasury", "treasury"]
