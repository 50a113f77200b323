"""Sweep: what no message reached is sent again, what keeps failing is given up, and what nobody confirmed is cleared away."""

import logging

from django.db import transaction
from django.db.models import Exists, OuterRef

from wallet.conversions import states
from wallet.conversions.claims import MAX_ATTEMPTS
from wallet.conversions.locks import lock
from wallet.database import clock
from wallet.database.retrying import Busy, retried
from wallet.models import Conversion, Line
from wallet.models.status import Status
from wallet.refusals import Code, refusal

log = logging.getLogger(__name__)

# How many untried conversions a sweep sends at the most. Sending more takes longer than the messages live; the next sweep
# comes in seconds.
AT_ONCE = 500
CLEARED_AT_ONCE = 500


def to_settle() -> list[str]:
    """The references of the conversions to settle now, oldest first, 500 and one at the most. Changes nothing.

    Whatever lost an attempt may itself be what killed its worker. So those run one at a time, the least tried first: it
    takes no other with it, and nobody else's attempts are used up by its kills.
    """
    now = clock.now()
    due = Conversion.objects.due(now)
    untried = list(due.untried().values_list("reference", flat=True)[:AT_ONCE])
    if Conversion.objects.retrying(now).exists():
        return untried
    tried = due.filter(attempts__gt=0, attempts__lt=MAX_ATTEMPTS).order_by("attempts", "next_attempt_at", "pk")
    return untried + list(tried.values_list("reference", flat=True)[:1])


def fail_exhausted() -> None:
    """Marks failed what has used up its attempts and whose last claim has lapsed, without running it again."""
    exhausted = Conversion.objects.due(clock.now()).filter(attempts__gte=MAX_ATTEMPTS)
    for reference in list(exhausted.values_list("reference", flat=True)):
        try:
            give_up(reference)
        except Busy:  # the next sweep will; the others must not wait for it
            log.warning("too busy to give up on %s", reference)


@retried
def give_up(reference: str) -> None:
    """Marks one of them failed, if that still holds once it is locked."""
    with transaction.atomic():
        conversion = lock(reference).conversion
        now = clock.now()
        # Since the sweep looked, another worker may have begun it, or ended it.
        if not conversion.is_due(now) or conversion.attempts < MAX_ATTEMPTS:
            return
        spent = refusal(Code.ATTEMPTS, attempts=conversion.attempts)
        states.end_without(conversion, status=Status.FAILED, refusals=[spent], at=now)
    log.error("conversion %s failed after %d attempts: look at it", reference, conversion.attempts)


def clear_quotes() -> int:
    """Deletes quotes that nobody confirmed within a day, but for those that a kept conversion renews. How many went."""
    cleared = 0
    while True:
        with transaction.atomic():
            leaves = Conversion.objects.stale_quotes(clock.now()).filter(
                ~Exists(Conversion.objects.filter(renews=OuterRef("pk")))
            )
            keys = list(leaves.select_for_update().order_by("pk").values_list("pk", flat=True)[:CLEARED_AT_ONCE])
            Line.objects.filter(conversion__in=keys).delete()
            Conversion.objects.filter(pk__in=keys).delete()
        if not keys:
            return cleared
        cleared += len(keys)
