"""One measurement: conversions are prepared, the market answers, one side settles them all; and what that took."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial

from django.db.models import Max

from wallet import tasks
from wallet.bench import customers, machine, market, processes
from wallet.bench.errors import BenchError
from wallet.bench.machine import Share
from wallet.bench.processes import CELERY, Clients, Job, Work
from wallet.database import clock
from wallet.market import rounds
from wallet.models import Conversion

# Of Celery's workers, in seconds: how often they are asked whether they are done, sent a sweep as beat does, and given up.
ASKED, SWEPT, GIVEN_UP = 1 / 50, 5, 60


@dataclass(frozen=True, slots=True)
class Side:
    """A way to settle, and how many processes do so at once."""

    way: str
    processes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What one side did: conversions a second, and for each of them the processor time of clients and of servers.

    Times are in nanoseconds. p50 and p95 are of the calls where each settles one conversion, otherwise of the time from the
    beginning until each conversion had ended. None: nobody can tell.
    """

    rate: Fraction
    client: int | None
    server: int | None
    p50: int
    p95: int
    statements: Fraction | None
    others: Fraction | None


class Bench:
    """The prepared database with its clients, and a quote to copy for each number of lines."""

    def __init__(self, quotes: Mapping[int, Conversion], clients: Clients) -> None:
        self.quotes, self.clients = quotes, clients

    def measure(self, side: Side, lines: int, count: int) -> Measured:
        """Has the side settle so many new conversions. Raises BenchError when one of them was not completed."""
        last = Conversion.objects.aggregate(last=Max("pk"))["last"]
        references = customers.confirmed(self.quotes[lines], count)
        market.count_anew()
        servers = machine.database_processes()
        settle: Callable[[], Sequence[Work]]
        if side.way == CELERY:
            settle = self._wait_for_celery
            servers += processes.broker_processes()
        else:
            rounds.refresh()
            jobs = [Job(side.way, references[at :: side.processes]) for at in range(side.processes)]
            settle = partial(self.clients.run, jobs)
        before, began = machine.read(servers), clock.now()
        works = settle()
        # With those of the server's processes that began meanwhile.
        used = machine.between(before, machine.read({*servers, *machine.database_processes()}))
        return _measured(works, _waits(last, began), used)

    def _wait_for_celery(self) -> Sequence[Work]:
        """Asks for a round, as Confirm does, and waits until nobody waits any more."""
        tasks.refresh_prices.apply_async()
        swept = progressed = time.monotonic()
        left = Conversion.objects.confirmed().count()
        while left:
            time.sleep(ASKED)
            now, before, left = time.monotonic(), left, Conversion.objects.confirmed().count()
            progressed = now if left < before else progressed
            if now - progressed > GIVEN_UP:
                raise BenchError(f"Celery's workers left {left} conversions.\n{processes.tail(self.clients.log)}")
            if now - swept > SWEPT:
                tasks.sweep.apply_async()
                swept = now
        return []


def _waits(last: int, began: datetime) -> list[int]:
    """The time from the beginning until each conversion since the last had ended, shortest first."""
    waits = []
    for reference, status, moment, reason in Conversion.objects.after(last).values_list(
        "reference", "status", "finished_at", "reason_code"
    ):
        if status != Conversion.Status.COMPLETED or moment is None:
            raise BenchError(f"{reference} should have been completed, and is {status}. {reason}")
        waits.append((moment - began) // timedelta(microseconds=1) * 1000)
    return sorted(waits)


def _measured(works: Sequence[Work], waits: Sequence[int], used: Share | None) -> Measured:
    count = len(waits)
    each = sorted(call for work in works for call in work.each)
    client: int | None
    times = each if len(each) == count else waits
    if works:
        elapsed = max(work.ended for work in works) - min(work.began for work in works)
        client = sum(work.processor for work in works)
    else:  # Celery's, which say nothing themselves
        elapsed = waits[-1]
        client = used.ours if used else None
    return Measured(
        rate=Fraction(count * 10**9, max(1, elapsed)),
        client=None if client is None else client // count,
        server=None if used is None or used.servers is None else used.servers // count,
        p50=times[count // 2],
        p95=times[count * 95 // 100],
        statements=Fraction(sum(work.statements for work in works), count) if works else None,
        others=used.others if used else None,
    )
