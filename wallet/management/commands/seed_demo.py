import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wallet import staff_log, tasks
from wallet.database import statistics
from wallet.demonstration import history, seed
from wallet.market import rounds
from wallet.market.source import MarketError
from wallet.proposals import Declined


class Command(BaseCommand):
    help = (
        "Set up the demonstration: assets, prices, a customer (demo / demo) and two operators (admin / admin and"
        " approver / approver)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--history",
            action="store_true",
            help="in a database in which nothing has happened yet also three months of conversions, an asset whose price"
            " jumps, and a policy with a wait of one minute",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is production (DEBUG is false). The demonstration has public passwords.")
        with_history = options["history"] and history.is_possible()
        try:
            with transaction.atomic():
                if with_history:
                    with _quietly():
                        history.seed_history()
                seed.seed()
                staff_log.record_command(action="seed_demo")
        except Declined as error:
            raise CommandError(f"The demonstration cannot be set up with the operators there are: {error}") from error
        try:
            self.stdout.write(f"{rounds.refresh()} assets have a price.")
        except MarketError as error:
            self.stderr.write(f"No prices yet: {error}")
        if with_history:
            statistics.analyze()
            tasks.audit_ledger()
            self.stdout.write("Three months of conversions were made, and the ledger was audited.")
        self.stdout.write("Sign in as demo / demo, or as the operator admin / admin.")


@contextmanager
def _quietly() -> Iterator[None]:
    """Without a line in the log: it tells what happens, and this is over."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
