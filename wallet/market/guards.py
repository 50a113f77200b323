"""What a market's answer must be before its numbers are prices, as rules over plain values.

Each returns why it is not, in an operator's words, or None.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta


def refuse_frozen(times: Iterable[datetime | None], asked_at: datetime, at_most: timedelta) -> str | None:
    """M1: where the exchange gives times, the newest of a round is as far from ours as this at the most.

    That of a single market may be old: it is the time of its last trade.
    """
    newest = max((time for time in times if time is not None), default=asked_at)
    apart = abs(newest - asked_at)
    if apart <= at_most:
        return None
    side = "behind" if newest < asked_at else "ahead of"
    return f"its newest time is {apart.total_seconds():.0f} seconds {side} ours: it is frozen, or a clock is wrong"
