"""The wait between a customer's conversions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import Min

from wallet.audit.violation import Violation
from wallet.database.rows import lookup, stream
from wallet.models import Conversion, Customer, Policy

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class TimedConversion:
    """A completed conversion, with the moment that its customer's wait is counted from."""

    user: int = lookup("user")
    last_converted_at: datetime | None = lookup("user__customer__last_converted_at")
    reference: str = lookup("reference")
    finished_at: datetime = lookup("finished_at")


def conversions_keep_their_distance() -> Iterator[Violation]:
    """P5: completed conversions of a customer are at least the interval apart, the shortest that any policy has had, and
    the wait is counted from the last of them."""
    shortest = timedelta(seconds=Policy.objects.aggregate(least=Min("interval_seconds"))["least"] or 0)
    ordered = Conversion.objects.completed().order_by("user_id", "finished_at", "pk")
    for _, conversions in groupby(stream(TimedConversion, ordered, chunk=CHUNK), key=attrgetter("user")):
        yield from _problems_of_customer(conversions, shortest)


def _problems_of_customer(conversions: Iterator[TimedConversion], shortest: timedelta) -> Iterator[Violation]:
    newest = next(conversions)
    for conversion in conversions:
        gap, newest = conversion.finished_at - newest.finished_at, conversion
        if gap < shortest:
            yield Violation("P5", f"conversion {conversion.reference}", f"came {gap} after the one before")
    if newest.last_converted_at != newest.finished_at:
        problem = "is the customer's last, but the wait is counted from another"
        yield Violation("P5", f"conversion {newest.reference}", problem)


def nobody_waits_for_nothing() -> Iterator[Violation]:
    """P5: what did not convert does not start the wait."""
    converted = Conversion.objects.completed().values("user")
    waiting = Customer.objects.filter(last_converted_at__isnull=False).exclude(user__in=converted)
    for customer in waiting.iterator(chunk_size=CHUNK):
        yield Violation("P5", f"customer {customer.pk}", "waits after a conversion that never was")
