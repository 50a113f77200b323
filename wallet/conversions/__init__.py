"""The life of a conversion, a verb a file: quote, confirm, settle, sweep.

Each verb is one decision in one database transaction, takes its locks in the order of `locks`, and reads the database's clock
once it holds them. What it refuses, it refuses with Refused, whose text a customer may read.
"""

from wallet.conversions.claims import LEASE, MAX_ATTEMPTS
from wallet.conversions.confirm import confirm
from wallet.conversions.quote import quote, renew
from wallet.conversions.settle import settle
from wallet.conversions.settlement import PricesPending
from wallet.conversions.sweep import clear_quotes, fail_exhausted, to_settle

__all__ = [
    "LEASE",
    "MAX_ATTEMPTS",
    "PricesPending",
    "clear_quotes",
    "confirm",
    "fail_exhausted",
    "quote",
    "renew",
    "settle",
    "to_settle",
]
