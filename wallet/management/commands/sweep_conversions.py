from typing import Any

from django.core.management.base import BaseCommand, CommandError
from kombu.exceptions import OperationalError

from wallet import conversions, tasks


class Command(BaseCommand):
    help = "Send every due conversion to the worker again, and give up on what used up its attempts."

    def handle(self, *args: Any, **options: Any) -> None:
        conversions.fail_exhausted()
        due = conversions.to_settle()
        try:
            for reference in due:
                tasks.settle.apply_async((reference,), retry=False)
        except OperationalError as error:
            raise CommandError(f"The broker takes no messages: {error}") from error
        self.stdout.write(f"{len(due)} conversions sent to the worker.")
