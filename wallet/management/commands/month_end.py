from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wallet import formats, month_end
from wallet.files.month_end_csv import BALANCES, CONVERSIONS


class Command(BaseCommand):
    help = "Print a month's balances as CSV, or its conversions: the same bytes each time, and as in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="a month of UTC that is over, like 2026-10")
        parser.add_argument("--conversions", action="store_true", help="conversions by day and asset instead")

    def handle(self, *args: Any, **options: Any) -> None:
        file = CONVERSIONS if options["conversions"] else BALANCES
        try:
            report = month_end.report(month_end.Month.named(options["month"]))
        except (month_end.NoMonth, month_end.NotReady) as error:
            raise CommandError(str(error)) from error
        # The lines end as they are written, in CR LF.
        self.stdout.write(file.content(report).decode(), ending="")
        self.stderr.write(f"An audit of the ledger as it was at {formats.utc(report.audited_at)} has passed.")
