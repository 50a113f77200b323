"""How often a page asks again what has become of a conversion: often at first, when most have ended, then ever less."""

from datetime import datetime, timedelta

from wallet.models import Conversion

# For so long after Confirm, so often.
INTERVALS = ((timedelta(seconds=5), "250ms"), (timedelta(seconds=10), "1s"), (timedelta(seconds=60), "3s"))
LATER = "10s"


def waited(conversion: Conversion, now: datetime) -> timedelta:
    """How long ago it was confirmed; no time for one that was not."""
    return now - conversion.confirmed_at if conversion.confirmed_at else timedelta(0)


def poll_every(conversion: Conversion, now: datetime) -> str:
    """After how long to ask again, as htmx has it."""
    length = waited(conversion, now)
    return next((often for until, often in INTERVALS if length < until), LATER)
