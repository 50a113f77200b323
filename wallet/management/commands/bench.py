import logging
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wallet.bench import report, settle
from wallet.bench.errors import BenchError
from wallet.bench.settle import Options

# What there is to measure, by the name that the command line gives it.
PARTS = {settle.PART: settle.run}
ALL = "all"
FULL = Options(quick=False, seconds=3, reps=5, clients=[1, 4], assets=[1, 5, 20], rows=20_000)
QUICK = replace(FULL, quick=True, reps=1, clients=[1, 2], rows=20)


class Command(BaseCommand):
    help = (
        "Measure how fast the product is, beside a floor in the same run, on a database of its own. What there is to measure: "
        f"{', '.join(PARTS)} (one conversion at a time, in rounds, and through Celery when the broker is Redis). Exits 1 when "
        "the two do not write the same rows."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", nargs="?", choices=[*PARTS, ALL], default=ALL, help="what to measure")
        parser.add_argument(
            "--quick", action="store_true", help="a few conversions, once: shows that it runs, and judges no time"
        )
        parser.add_argument("--seconds", type=number, help="how long a side works in each repetition (3)")
        parser.add_argument("--reps", type=number, help="repetitions (5)")
        parser.add_argument("--clients", type=numbers, help="processes of the floor (1,4)")
        parser.add_argument("--assets", type=numbers, help="lines of a conversion (1,5,20)")
        parser.add_argument("--rows", type=number, help="finished conversions that are there before (20000)")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.INFO)  # of this process: what clients and workers log is part of what they do
        # Ended from outside, it still drops its database.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        given = {field.name: options[field.name] for field in fields(Options) if options[field.name] is not None}
        asked = replace(QUICK if options["quick"] else FULL, **given)
        parts = PARTS.values() if options["part"] == ALL else [PARTS[options["part"]]]
        figures: list[report.Figure] = []
        try:
            for part in parts:
                with closing(part(asked)) as said:  # wherever it is interrupted, its database is dropped now
                    self._show(said, figures)
        except BenchError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted. Its database is gone.", returncode=130) from None
        if options["json"]:
            report.write(options["json"], figures)

    def _show(self, said: Iterable[str | report.Figure], figures: list[report.Figure]) -> None:
        """Prints what is said, as it comes, and collects the figures."""
        for one in said:
            if isinstance(one, report.Figure):
                figures.append(one)
            else:
                self.stdout.write(one)
                self.stdout.flush()


def number(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is not a number from 1 on.")
    return int(text)


def numbers(text: str) -> list[int]:
    """Such numbers, separated by commas, each once."""
    return sorted({number(part) for part in text.split(",")})
