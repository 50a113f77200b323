"""How often a page asks again what has become of a conversion: often at first, then ever less."""

from datetime import datetime, timedelta

from wallet.models import Conversion

# For so long after Confirm, every so many seconds.
INTERVALS = ((timedelta(seconds=10), 1), (timedelta(seconds=60), 3))
LATER = 10


def waited(conversion: Conversion, now: datetime) -> timedelta:
    """How long ago it was confirmed; no time for one that was not."""
    return now - conversion.confirmed_at if conversion.confirmed_at else timedelta(0)


def poll_seconds(conversion: Conversion, now: datetime) -> int:
    """After how many seconds to ask again."""
    length = waited(conversion, now)
    return next((seconds for until, seconds in INTERVALS if length < until), LATER)
