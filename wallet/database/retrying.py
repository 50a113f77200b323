"""Bounded retries of what the database refuses only for now: deadlocks, serialization failures and lock timeouts."""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InternalError, OperationalError, connection
from django.utils.translation import gettext as _

from wallet.logs import get_logger

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 5
TEMPORARY = {"40001": "serialization failure", "40P01": "deadlock", "55P03": "lock timeout"}
STATEMENT_TIMEOUT = "57014"
# Connection exceptions, a server that stops or starts, a session that was idle in its transaction for too long.
LOST = ("08", "57P", "25P03")

log = get_logger(__name__)


class Busy(Exception):
    """The database was too busy to decide. Nothing has changed; trying again may work."""

    @property
    def words(self) -> str:
        """For the customer, in their language."""
        return _("The service is busy. Nothing was converted. Try again.")


def temporary_cause(error: DatabaseError) -> str | None:
    """Why the database could not do it just now, or None when trying again would not help."""
    cause = error.__cause__
    if "database is locked" in str(cause):
        return "database is locked"
    return TEMPORARY.get(getattr(cause, "sqlstate", None) or "")


def lost_connection(error: DatabaseError) -> str | None:
    """Whether the server ended the session, or is gone. The next statement opens another one.

    The connection itself does not tell: leaving a transaction, Django has opened a new one already.
    """
    sqlstate = getattr(error.__cause__, "sqlstate", "")  # PostgreSQL's driver has none to tell when nobody answers
    if sqlstate is not None and not sqlstate.startswith(LOST):
        return None
    if not connection.is_usable():
        connection.close()
    return "connection lost"


def retried(verb: Callable[P, R]) -> Callable[P, R]:
    """A verb that runs again, a few times, when the database says to. Inside a larger transaction it runs once.

    When the connection is lost it runs again too, perhaps although it was done: only the answer to COMMIT may be missing.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return verb(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return verb(*args, **kwargs)
            except (OperationalError, InternalError) as error:
                if getattr(error.__cause__, "sqlstate", None) == STATEMENT_TIMEOUT:
                    raise Busy from error  # it has taken long enough already
                lost = lost_connection(error)
                cause = temporary_cause(error) or lost
                if cause is None or (lost and attempt == ATTEMPTS):  # Busy would say that nothing has changed
                    raise
                log.warning("tried_again", verb=verb.__name__, cause=str(cause), attempt=attempt, of=ATTEMPTS)
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  # no secret
        raise Busy

    return run
