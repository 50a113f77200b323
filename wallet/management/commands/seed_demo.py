from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wallet import staff_log
from wallet.market import demo_seed, rounds
from wallet.market.source import MarketError


class Command(BaseCommand):
    help = "Set up the demonstration: assets, prices, a customer (demo / demo) and an operator (admin / admin)."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is production (DEBUG is false). The demonstration has public passwords.")
        with transaction.atomic():
            demo_seed.seed()
            staff_log.record_command(action="seed_demo")
        try:
            self.stdout.write(f"{rounds.refresh()} assets have a price.")
        except MarketError as error:
            self.stderr.write(f"No prices yet: {error}")
        self.stdout.write("Sign in as demo / demo, or as the operator admin / admin.")
