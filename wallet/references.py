"""What rows are called by: a conversion's public reference, and a ledger transaction's id."""

import re
import secrets
import time
from threading import Lock
from uuid import UUID

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = "CV-[0-9A-Z]{4}-[0-9A-Z]{4}"


def new_reference() -> str:
    """A reference that reads like CV-7K2M-94QX. Eight letters that are hard to mix up: 40 random bits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"CV-{letters[:4]}-{letters[4:]}"


def is_reference(text: str) -> bool:
    return re.fullmatch(REFERENCE, text) is not None


# --- transaction ids --------------------------------------------------------------------------------------------------

COUNTER_BITS, RANDOM_BITS = 42, 32


class _Ids:
    """UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then a counter of 42 bits, then 32 random bits.

    The counter begins each millisecond at a random number with its first bit clear, and counts on within it, so that the
    ids of one process ascend. While the machine's clock stands before the last id, they go on from that id.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._milliseconds = self._counter = 0

    def new(self) -> UUID:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._milliseconds:
                self._begin(now)
            else:
                self._counter += 1
                if self._counter >> COUNTER_BITS:
                    self._begin(self._milliseconds + 1)
            milliseconds, counter = self._milliseconds, self._counter
        # Version and variant stand between: 48 bits, version, 12 of the counter, variant, 30 of the counter, 32 random.
        number = milliseconds << 80 | 0x7 << 76 | (counter >> 30) << 64 | 0b10 << 62
        return UUID(int=number | (counter & (1 << 30) - 1) << RANDOM_BITS | secrets.randbits(RANDOM_BITS))

    def _begin(self, milliseconds: int) -> None:
        self._milliseconds, self._counter = milliseconds, secrets.randbits(COUNTER_BITS - 1)


_ids = _Ids()


def new_transaction_id() -> UUID:
    """An id that is greater than every one that this process made before, and than those that others made earlier.

    In the order of time, new rows go to the end of an index, among the pages that are in memory. Nothing is judged by it.
    """
    return _ids.new()
