"""Bounded retries of what the database refuses only for now: deadlocks, serialization failures and lock timeouts."""

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 5
TEMPORARY = {"40001": "serialization failure", "40P01": "deadlock", "55P03": "lock timeout"}
STATEMENT_TIMEOUT = "57014"

log = logging.getLogger(__name__)


class Busy(Exception):
    """The database was too busy to decide. Nothing has changed; trying again may work."""

    def __str__(self) -> str:
        return _("The service is busy. Nothing was converted. Try again.")


def temporary_cause(error: OperationalError) -> str | None:
    """Why the database could not do it just now, or None when trying again would not help."""
    cause = error.__cause__
    if "database is locked" in str(cause):
        return "database is locked"
    return TEMPORARY.get(getattr(cause, "sqlstate", None) or "")


def lost_connection() -> str | None:
    """Whether the connection itself is gone; it is closed then, and the next statement opens another."""
    if connection.connection is None or connection.is_usable():
        return None
    connection.close()
    return "connection lost"


def retried(verb: Callable[P, R]) -> Callable[P, R]:
    """A verb that runs again, a few times, when the database says to. Inside a larger transaction it runs once."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return verb(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return verb(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) == STATEMENT_TIMEOUT:
                    raise Busy from error  # it has taken long enough already
                cause = temporary_cause(error) or lost_connection()
                if cause is None:
                    raise
                log.warning("%s: %s, attempt %d of %d", verb.__name__, cause, attempt, ATTEMPTS)
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  # no secret
        raise Busy

    return run
