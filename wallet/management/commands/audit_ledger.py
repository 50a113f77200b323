import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from wallet.audit import Violation, audit


class Command(BaseCommand):
    help = "Check every promise that the stored rows can break, while the site runs. Exits 1 on any violation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        show = self._as_json if options["json"] else self._as_text
        if show(audit()):
            sys.exit(1)

    def _as_text(self, violations: Iterator[Violation]) -> int:
        count = 0
        for count, (promise, row, problem) in enumerate(violations, start=1):
            self.stdout.write(f"{count}. {promise} {row}: {problem}")
        self.stdout.write(f"{count} violations" if count else "The ledger is balanced.")
        return count

    def _as_json(self, violations: Iterator[Violation]) -> int:
        """One object, written as the violations come: a broken ledger may have millions."""
        count = 0
        self.stdout.write('{"violations": [', ending="")
        for count, violation in enumerate(violations, start=1):
            self.stdout.write((", " if count > 1 else "") + json.dumps(violation._asdict()), ending="")
        self.stdout.write("]}")
        return count
