from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from kombu.exceptions import OperationalError

from wallet import conversions, staff_log, tasks


class Command(BaseCommand):
    help = "Send the workers what is due, and give up on what used up its attempts."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            staff_log.record_command(action="sweep_conversions")
        conversions.fail_exhausted()
        due = conversions.due()
        try:
            tasks.send(due, retry=False)
        except OperationalError as error:
            raise CommandError(f"The broker takes no messages: {error}") from error
        alone = f"{due.alone} by itself" if due.alone else "none by itself"
        prices = "a round of prices" if due.unanswered_since else "no round of prices"
        self.stdout.write(f"Sent to the workers: {due.chunks} chunks of conversions, {alone}, {prices}.")
