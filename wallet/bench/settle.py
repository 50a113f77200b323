"""Settlement: conversions one at a time, in rounds, and through Celery, each beside what it is judged by."""

import random
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path

from django.db import connection

from wallet.bench import agreement, customers, floor, market, processes, scratch
from wallet.bench.measure import Bench, Side
from wallet.bench.method import Cell, Result, Run
from wallet.bench.processes import CELERY, FLOOR, ROUND, SINGLE, Clients
from wallet.bench.report import Figure, figure, heading, line

PART = "settle"
# The product's rate by the floor's, by lines and clients.
SINGLE_TARGET = Fraction(1, 3)
ROUND_TARGETS = {(1, 1): Fraction(2), (5, 1): Fraction(2), (20, 1): Fraction(3, 2), (5, 4): Fraction(3, 2)}
CELERY_TARGET = Fraction(9, 10)
STATEMENTS_TARGET = 1
# How many processes settle rounds: whichever is faster.
PROCESSES = (1, 2)


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of the bench. `rows`: the finished conversions that are there before it begins."""

    quick: bool
    seconds: int
    reps: int
    clients: Sequence[int]
    assets: Sequence[int]
    rows: int


def run(options: Options) -> Generator[str | Figure, None, None]:
    """Measures; what there is to say as it goes along, and the figures. Raises BenchError."""
    with ExitStack() as stack:
        yield f"A database of its own ({connection.vendor}), with {options.rows} finished conversions."
        stack.enter_context(scratch.database())
        log = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dustsite_bench_")), "log")
        clients = Clients(log)
        stack.callback(clients.end)
        measured = Run(_prepare(options, clients), options.seconds, options.reps, options.quick)
        yield f"The floor and the product, in every way, write the same rows for {agreement.CONVERSIONS} conversions."
        best = {lines: _best(measured, lines) for lines in options.assets}
        cells = _cells(options, best)
        hindrance = processes.hindrance()
        if hindrance is None:
            middle = _middle(options.assets)
            stack.enter_context(processes.workers(best[middle], log))
            cells.append(Cell("Celery", middle, Side(CELERY, best[middle]), Side(ROUND, best[middle]), CELERY_TARGET))
        else:
            yield f"Through Celery: left out, because {hindrance}."
        for side, lines in () if options.quick else ((side, cell.lines) for cell in cells for side in cell.sides):
            measured.warm(side, lines)
        results: list[Result] = []
        for number, results in enumerate(measured.repetitions(cells), start=1):
            clean = sum(result.pairs[-1].is_clean for result in results)
            yield f"Repetition {number} of {options.reps}: {clean} of {len(cells)} cells undisturbed."
        yield heading()
        for result in results:
            yield line(result)
            yield from figures(result)


def _best(measured: Run, lines: int) -> int:
    """How many processes settle rounds fastest. A quick run doesn't ask."""
    if connection.vendor == "sqlite":
        return 1
    if measured.quick:
        return PROCESSES[-1]
    return max(PROCESSES, key=lambda count: measured.warm(Side(ROUND, count), lines))


def _cells(options: Options, best: Mapping[int, int]) -> list[Cell]:
    """One conversion at a time, and rounds, each beside the floor with so many clients."""
    cells = []
    for lines, clients in product(options.assets, options.clients):
        target = SINGLE_TARGET if clients == 1 else None
        cells.append(Cell("single", lines, Side(SINGLE, clients), Side(FLOOR, clients), target))
    for lines, clients in product(options.assets, options.clients):
        target = ROUND_TARGETS.get((lines, clients))
        cells.append(Cell("rounds", lines, Side(ROUND, best[lines]), Side(FLOOR, clients), target))
    return cells


def _middle(sizes: Sequence[int]) -> int:
    return sorted(sizes)[len(sizes) // 2]


def figures(result: Result) -> Iterator[Figure]:
    """A cell's figures for programs: its rate, and of rounds the statements too."""
    yield figure(PART, result)
    if result.cell.ours.way == ROUND:
        count = result.ours("statements") if result.counts else None
        met = None if count is None else count <= STATEMENTS_TARGET
        name = f"{PART} {result.cell.name}, statements"
        yield Figure(name, count, "statements/conversion", target=STATEMENTS_TARGET, met=met)


def _prepare(options: Options, clients: Clients) -> Bench:
    """Fills the database, and proves that both sides write the same."""
    market.open_market(max(*agreement.LINES, *options.assets))
    floor.install()
    agreement.prove()
    market.set_fee(market.NO_FEE)
    chance = random.Random(agreement.CHANCE)  # noqa: S311  # no secret
    quotes = {lines: market.quote(f"copied {lines}", lines, chance) for lines in options.assets}
    customers.finished(quotes[_middle(options.assets)], options.rows)
    return Bench(quotes, clients)
