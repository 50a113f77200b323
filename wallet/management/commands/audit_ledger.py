import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wallet.audit import audit


class Command(BaseCommand):
    help = "Check that every transaction adds up and every balance equals its entries. Exits 1 on any violation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        violations = list(audit())
        if options["json"]:
            self.stdout.write(json.dumps({"violations": [found._asdict() for found in violations]}))
        else:
            for promise, row, problem in violations:
                self.stdout.write(f"{promise} {row}: {problem}")
            self.stdout.write(f"{len(violations)} violations" if violations else "The ledger is balanced.")
        if violations:
            sys.exit(1)
