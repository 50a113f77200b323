"""Sweep: what no message reached is sent again, what keeps failing is given up, and what nobody confirmed is cleared away."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from wallet import outbox
from wallet.conversions import states
from wallet.conversions.claims import CHUNKS, MAX_ATTEMPTS, note_lapsed
from wallet.conversions.locks import lock
from wallet.database import clock
from wallet.database.retrying import Busy, retried
from wallet.logs import get_logger
from wallet.models import Conversion
from wallet.models.status import Status
from wallet.refusals import Code, refusal

log = get_logger(__name__)

CHUNKS_AT_ONCE = 8
CLEARED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """What waits for an attempt, by what would help it on."""

    chunks: int  # in how many transactions those can be settled that the market has answered
    unanswered_since: datetime | None  # the newest Confirm that the market has not answered
    alone: str | None  # one that lost an attempt


def due() -> Due:
    """What a sweep finds. Changes nothing.

    Whatever lost an attempt may itself be what killed its worker. So those run one at a time, the least tried first: it
    takes no other with it, and nobody else's attempts are used up by its kills.
    """
    now = clock.now()
    unanswered = Conversion.objects.unanswered(now).order_by().aggregate(newest=Max("confirmed_at"))["newest"]
    lost = Conversion.objects.due(now).filter(attempts__gt=0, attempts__lt=MAX_ATTEMPTS)
    alone = lost.order_by("attempts", "next_attempt_at", "pk").values_list("reference", flat=True).first()
    return Due(chunks(), unanswered, None if Conversion.objects.retrying(now).exists() else alone)


def chunks() -> int:
    """In how many chunks those can be settled that are ready; eight at the most, because each worker goes on by itself."""
    size = CHUNKS[connection.vendor].conversions
    ready = Conversion.objects.ready(clock.now())[: size * CHUNKS_AT_ONCE].count()
    return -(-ready // size)


def fail_exhausted() -> None:
    """Marks failed what has used up its attempts and whose last claim has lapsed, without running it again."""
    exhausted = Conversion.objects.due(clock.now()).filter(attempts__gte=MAX_ATTEMPTS)
    for reference in list(exhausted.values_list("reference", flat=True)):
        try:
            give_up(reference)
        except Busy:  # the next sweep will; the others must not wait for it
            log.warning("too_busy", at="give_up", reference=reference, then="the next sweep does")
        except Exception:  # one that cannot be ended must not end the sweep
            log.exception("give_up_failed", reference=reference, then="look at it")


@retried
def give_up(reference: str) -> None:
    """Marks one of them failed, if that still holds once it is locked."""
    with transaction.atomic():
        locked = lock(reference)
        conversion, now = locked.conversion, clock.now()
        # Since the sweep looked, another worker may have begun it, or ended it.
        if not conversion.is_due(now) or conversion.attempts < MAX_ATTEMPTS:
            return
        note_lapsed(conversion)
        spent = refusal(Code.ATTEMPTS, attempts=conversion.attempts)
        states.end_without(conversion, status=Status.FAILED, refusals=[spent], at=now)
        states.write_ends([conversion])
        outbox.tell([(locked.customer, conversion)])
    log.error("conversion_failed", reference=reference, attempts=conversion.attempts, then="look at it")


def clear_quotes() -> int:
    """Deletes quotes that nobody confirmed within a day, but for those that a kept conversion renews. How many went."""
    cleared = 0
    while True:
        with transaction.atomic():
            leaves = Conversion.objects.stale_quotes(clock.now()).filter(
                ~Exists(Conversion.objects.filter(renews=OuterRef("pk")))
            )
            count = states.delete_quotes(leaves.order_by("pk")[:CLEARED_AT_ONCE])
        if not count:
            return cleared
        cleared += count
