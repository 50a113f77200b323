"""The method: repetitions outside, cells inside, the sides in turns, and only what was undisturbed counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median, median_low
from typing import NamedTuple

from wallet.bench.measure import Bench, Measured, Side

# A repetition in which others had more of the machine than this is made again, so many times at the most; and how many
# clean ones a ratio needs.
FOREIGN = Fraction(15, 100)
AGAIN = 3
ENOUGH = 3
# What a side settles before anything counts, to learn how fast it is.
FIRST = 40
QUICK = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A case, with so many lines and clients of the floor: the product's way beside the floor's; the ratio aimed at."""

    case: str
    lines: int
    ours: Side
    floor: Side
    target: Fraction | None = None

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.ours, self.floor

    @property
    def name(self) -> str:
        return f"{self.case}, {counted(self.lines, 'line')}, {counted(self.floor.processes, 'client')}"


class Pair(NamedTuple):
    """Both sides of one repetition."""

    ours: Measured
    floor: Measured

    @property
    def others(self) -> Fraction:
        return max(self.ours.others or Fraction(0), self.floor.others or Fraction(0))

    @property
    def is_clean(self) -> bool:
        return self.others <= FOREIGN


@dataclass(frozen=True, slots=True)
class Result:
    """A cell's repetitions. Where too few are clean, or times are not judged, all are shown and nothing follows."""

    cell: Cell
    pairs: Sequence[Pair]
    is_judged: bool

    @property
    def clean(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.is_clean]

    @property
    def counts(self) -> bool:
        return self.is_judged and len(self.clean) >= ENOUGH

    @property
    def shown(self) -> Sequence[Pair]:
        return self.clean if self.counts else self.pairs

    @property
    def ratio(self) -> Fraction:
        """The product's rate by the floor's, of the repetitions that are shown."""
        return median(pair.ours.rate / pair.floor.rate for pair in self.shown)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none, or nothing to say."""
        return self.ratio >= self.cell.target if self.counts and self.cell.target is not None else None

    def ours(self, name: str) -> Fraction | int | None:
        """The median of a figure of the product's side."""
        return middle([getattr(pair.ours, name) for pair in self.shown])

    def floor(self, name: str) -> Fraction | int | None:
        return middle([getattr(pair.floor, name) for pair in self.shown])


@dataclass(frozen=True, slots=True)
class Run:
    """How a bench measures: how long a side is to take, in seconds, and how often. Quick: a few conversions, once."""

    bench: Bench
    seconds: int
    reps: int
    quick: bool
    rates: dict[tuple[Side, int], Fraction] = field(default_factory=dict)

    def measure(self, side: Side, lines: int) -> Measured:
        """One side, with as many conversions as it has lately settled in the time."""
        count = QUICK if self.quick else max(FIRST, int(self.rates.get((side, lines), 0) * self.seconds))
        measured = self.bench.measure(side, lines, count)
        self.rates[side, lines] = measured.rate
        return measured

    def warm(self, side: Side, lines: int) -> Fraction:
        """How fast a side is, about: asked twice, because the first time a process still has everything to load."""
        if (side, lines) not in self.rates:
            self.measure(side, lines)
            self.measure(side, lines)
        return self.rates[side, lines]

    def repetitions(self, cells: Sequence[Cell]) -> Iterator[list[Result]]:
        """What is known of every cell after each repetition of all."""
        found: dict[Cell, list[Pair]] = {cell: [] for cell in cells}
        for repetition in range(self.reps):
            for cell in cells:
                found[cell].append(self._undisturbed(cell, repetition))
            yield [Result(cell, list(pairs), is_judged=not self.quick) for cell, pairs in found.items()]

    def _undisturbed(self, cell: Cell, repetition: int) -> Pair:
        """A repetition that is clean, or the last of some that were not."""
        pair = self._pair(cell, repetition)
        for _ in range(AGAIN):
            if pair.is_clean or self.quick:
                break
            pair = self._pair(cell, repetition)
        return pair

    def _pair(self, cell: Cell, repetition: int) -> Pair:
        if repetition % 2:
            floor = self.measure(cell.floor, cell.lines)
            return Pair(self.measure(cell.ours, cell.lines), floor)
        ours = self.measure(cell.ours, cell.lines)
        return Pair(ours, self.measure(cell.floor, cell.lines))


def middle(figures: Sequence[Fraction | int | None]) -> Fraction | int | None:
    """The median of what is known."""
    known = [figure for figure in figures if figure is not None]
    return median_low(known) if known else None


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
