"""Customers in a hurry and judges of what came of it, for the tests that break the site on purpose.

How much of each is tried: CHAOS=short (in CI) or full.
"""

import os
import time
from collections import Counter
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError, connection

from tests.support import factories
from tests.support.site import Site, wait_for
from wallet import conversions, tasks
from wallet.audit import audit
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.enqueue import enqueue
from wallet.models import Conversion
from wallet.refusals import Code, Refused

IS_FULL = os.environ.get("CHAOS", "short") == "full"


def size(short: int, full: int) -> int:
    return full if IS_FULL else short


def customers(prefix: str, count: int, **held: str) -> list[User]:
    """Customers, each with these amounts."""
    return [factories.user(f"{prefix}{number}", held, password=None) for number in range(count)]


def confirm(owner: User, *codes: str) -> str:
    """Convert and Confirm as a customer does: an error is tried again, and an expired quote is a new one."""
    until = time.monotonic() + 60
    while True:
        try:
            return try_to_confirm(owner, codes)
        except (DatabaseError, InterfaceError, Busy):
            connection.close()
        except Refused as refused:
            if refused.code not in (Code.QUOTE_EXPIRED, Code.PRICE_UNAVAILABLE):
                raise
        assert time.monotonic() < until, "the customer gave up"
        time.sleep(0.1)


def try_to_confirm(owner: User, codes: tuple[str, ...]) -> str:
    try:
        quote = conversions.quote(user=owner, codes=codes)
        return conversions.confirm(user=owner, reference=quote.reference).reference
    except Refused as refused:
        if refused.code not in (Code.IN_PROGRESS, Code.WAIT):
            raise
        # It was confirmed, and the answer was lost; perhaps it has ended meanwhile.
        return Conversion.objects.of(owner).exclude(status="quoted").latest("pk").reference


def send() -> None:
    """What the site does after Confirm. Where the database is gone just then, nothing is sent, and the sweep does it."""
    try:
        enqueue(tasks.refresh_prices, clock.now().isoformat())
    except (DatabaseError, InterfaceError):
        connection.close()


def unfinished() -> int:
    """How many conversions run; -1 while the database does not say."""
    try:
        return Conversion.objects.confirmed().count()
    except (DatabaseError, InterfaceError):
        connection.close()
        return -1


def wait_until_finished(seconds: float = 60, tend: Callable[[], None] = lambda: None) -> float:
    """P6: everything confirmed is finished within 60 s of all parts being healthy; how long it took.

    Meanwhile `tend` does what a process manager does.
    """
    began = time.monotonic()

    def are_finished() -> bool:
        tend()
        return unfinished() == 0

    wait_for(are_finished, seconds, what=f"the end of {unfinished()} conversions, counted when the wait began,")
    return time.monotonic() - began


def outcomes() -> Counter[str]:
    """How many conversions came to each end, or still run."""
    ends = Conversion.objects.exclude(status="quoted").values_list("status", "reason_code")
    return Counter(f"{status} ({reason})" if reason else status for status, reason in ends)


def judge(expected: int) -> str:
    """P1 to P11 as the audit knows them, and one outcome for each conversion that was confirmed."""
    assert list(audit()) == []
    found = outcomes()
    assert sum(found.values()) == expected, found
    assert not [name for name in found if name.startswith(("failed", "confirmed"))], found
    return ", ".join(f"{count} {name}" for name, count in sorted(found.items()))


def database_url() -> str:
    """Where the test's own database is."""
    base = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{base['NAME']}"
    return f"postgres://{base['USER']}@{base['HOST']}:{base['PORT']}/{base['NAME']}"


def processes_as_started(site: Site) -> dict[str, int]:
    """Who has not ended, by name: while this stays the same, nobody needed to be started again."""
    return {name: process.pid for name, process in site.processes.items() if process.poll() is None}


def processes(pid: int) -> list[int]:
    """The direct children of a process: a worker's pool."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parent = stat.read().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == pid:
                found.append(int(entry))
    return found
