"""The life of a conversion, a verb a file: quote, confirm, settle, sweep.

Each verb is one decision in one database transaction, takes its locks in the order of `locks`, and reads the database's clock
once it holds them. What it refuses, it refuses with Refused, whose text a customer may read.
"""

from wallet.conversions.claims import LEASE, MAX_ATTEMPTS
from wallet.conversions.confirm import confirm
from wallet.conversions.intervening import Declined, settle_for, stop_for
from wallet.conversions.quote import quote, renew
from wallet.conversions.settle import AT_ONCE, Settled, settle, settle_round
from wallet.conversions.settlement import PricesPending
from wallet.conversions.sweep import Due, chunks, clear_quotes, due, fail_exhausted

__all__ = [
    "AT_ONCE",
    "LEASE",
    "MAX_ATTEMPTS",
    "Declined",
    "Due",
    "PricesPending",
    "Settled",
    "chunks",
    "clear_quotes",
    "confirm",
    "due",
    "fail_exhausted",
    "quote",
    "renew",
    "settle",
    "settle_for",
    "settle_round",
    "stop_for",
]
