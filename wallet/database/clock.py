"""The one clock: the database's. Waits, expiry and the age of prices are all judged by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

_past: ContextVar[datetime | None] = ContextVar("past", default=None)


def now() -> datetime:
    """The database's time at this moment, not at the start of the transaction."""
    return _past.get() or _read()


@contextmanager
def past(moment: datetime) -> Iterator[None]:
    """Within it, what runs here finds the clock standing at a moment that is over, as a demonstration's history needs.

    So the verbs that make it judge by what held then, and no rule and no guard is left out. Other threads and processes keep
    the time. Raises ImproperlyConfigured in production, and ValueError for a moment that is still to come.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("In production the clock tells the time and nothing else.")
    if moment > _read():
        raise ValueError(f"{moment} is still to come.")
    token = _past.set(moment)
    try:
        yield
    finally:
        _past.reset(token)


def _read() -> datetime:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
            return moment
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        return datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)
