"""The ways to settle what is confirmed, as one client of several does it."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection

from wallet import conversions
from wallet.bench import floor
from wallet.bench.processes import FLOOR, ROUND, SINGLE, Job, Work


def single(reference: str) -> None:
    """The product's verb, for one conversion."""
    conversions.settle(reference=reference)


def round_of_all() -> None:
    """The product's verb for everybody who waits, until nobody is left that no other client has taken."""
    while conversions.settle_round().finished:
        pass


ONE_BY_ONE: dict[str, Callable[[str], Any]] = {FLOOR: floor.settle, SINGLE: single}


def run(job: Job) -> Work:
    """Does the job, and says how long it took and what it used."""
    connection.ensure_connection()
    count = Count()
    with connection.execute_wrapper(count):
        processor, began = time.process_time_ns(), time.monotonic_ns()
        each = _each(job)
        ended, spent = time.monotonic_ns(), time.process_time_ns() - processor
    return Work(began, ended, each, spent, count.statements)


def _each(job: Job) -> list[int]:
    """The time of each call, in nanoseconds."""
    if job.way == ROUND:
        calls: list[Callable[[], Any]] = [round_of_all]
    else:
        settle = ONE_BY_ONE[job.way]
        calls = [partial(settle, reference) for reference in job.references]
    times = []
    for call in calls:
        began = time.monotonic_ns()
        call()
        times.append(time.monotonic_ns() - began)
    return times


class Count:
    """Counts the statements that a connection sends; BEGIN and COMMIT aside."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)
