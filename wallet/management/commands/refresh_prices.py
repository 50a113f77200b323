from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wallet import staff_log
from wallet.market import rounds
from wallet.market.source import MarketError
from wallet.models import Asset


class Command(BaseCommand):
    help = "Ask the configured price source once and store what it says."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            priced = rounds.refresh()
        except MarketError as error:
            raise CommandError(str(error)) from error
        with transaction.atomic():
            staff_log.record_command(action="refresh_prices", after={"priced": priced})
        self.stdout.write(f"{priced} of {Asset.objects.count()} assets have a price.")
