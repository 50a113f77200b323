"""What the bench says: a line a cell while it runs, and at the end the same as JSON."""

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from wallet.bench.method import Result

Number = Fraction | int | None

HEADINGS = (
    "case",
    "lines",
    "clients",
    "ours/s",
    "floor/s",
    "ratio",
    "target",
    "ours by",
    "client ms",
    "server ms",
    "p50 ms",
    "p95 ms",
    "statements",
    "others",
)
WIDTHS = (8, 5, 7, 8, 8, 6, 6, 7, 9, 9, 8, 8, 10, 6)
MILLISECOND, RATE, RATIO = 10**6, "0.1", "0.01"


class Figure(NamedTuple):
    """One result for programs. What was not measured well enough is None."""

    name: str
    value: Number
    unit: str
    floor: Number = None
    ratio: Number = None
    target: Number = None
    met: bool | None = None


def heading() -> str:
    return _columns(HEADINGS)


def line(result: Result) -> str:
    """A cell. A ratio in brackets is of too few clean repetitions, and no result."""
    cell, ratio = result.cell, written(result.ratio, RATIO)
    return _columns(
        (
            cell.case,
            str(cell.lines),
            str(cell.floor.processes),
            written(result.ours("rate"), RATE),
            written(result.floor("rate"), RATE),
            ratio if result.counts else f"({ratio})",
            written(cell.target, RATIO),
            str(cell.ours.processes),
            *(milliseconds(result.ours(name)) for name in ("client", "server", "p50", "p95")),
            written(result.ours("statements"), RATIO),
            percent(max(pair.others for pair in result.shown)),
        )
    )


def figure(part: str, result: Result) -> Figure:
    """A cell for programs."""
    name, target = f"{part} {result.cell.name}", result.cell.target
    if not result.counts:
        return Figure(name, None, "conversions/s", target=target)
    rate, floor = result.ours("rate"), result.floor("rate")
    return Figure(name, rate, "conversions/s", floor, result.ratio, target, result.met)


def write(file: Path, figures: Sequence[Figure]) -> None:
    file.write_text(json.dumps({"results": [_plain(one) for one in figures]}, indent=2) + "\n")


def _plain(one: Figure) -> dict[str, object]:
    return {
        name: int(value * 1000) / 1000 if isinstance(value, Fraction) else value
        for name, value in one._asdict().items()
    }


def written(number: Number, places: str) -> str:
    if number is None:
        return "–"
    exact = Fraction(number)
    return str((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(places), ROUND_HALF_EVEN))


def milliseconds(nanoseconds: Number) -> str:
    return written(None if nanoseconds is None else Fraction(nanoseconds) / MILLISECOND, RATIO)


def percent(share: Fraction) -> str:
    return f"{written(share * 100, '1')}%"


def _columns(texts: Sequence[str]) -> str:
    first, *others = (text.rjust(width) for text, width in zip(texts, WIDTHS, strict=True))
    return "  ".join([first.strip().ljust(WIDTHS[0]), *others])
