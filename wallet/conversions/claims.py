"""Claims: who may attempt a settlement, counted so that a kill is counted, and for how long others keep away."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When

from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Conversion, Line, LostAttempt

MAX_ATTEMPTS = 5
# How long an attempt may hold its claim. Longer than a settlement takes with every timeout and retry but the rarest; a
# second attempt beside a slow one does no harm, because the first to lock the conversion finishes it.
LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Chunk:
    """How much is settled in one transaction: so many conversions at the most, and no more lines than these but in one."""

    conversions: int
    lines: int


# SQLite has one writer at a time: nobody should wait for it longer than a tenth of a second.
CHUNKS = {"postgresql": Chunk(80, 400), "sqlite": Chunk(8, 40)}


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at each of these conversions. It lapses by itself when the lease is over."""

    references: tuple[str, ...]
    lapses_at: datetime


@retried
def claim(reference: str) -> Claim | None:
    """Counts an attempt and keeps others away until the lease is over. Committed by itself, so that a kill is counted.

    None when there is nothing to attempt: it is finished, claimed by another, or has used up its attempts.
    """
    with transaction.atomic():
        now = clock.now()
        claimable = Conversion.objects.due(now).filter(reference=reference, attempts__lt=MAX_ATTEMPTS)
        conversion = claimable.select_for_update(no_key=True).first()
        if conversion is None:
            return None
        note_lapsed(conversion)
        taken = Claim((reference,), now + LEASE)
        Conversion.objects.filter(pk=conversion.pk).update(attempts=F("attempts") + 1, next_attempt_at=taken.lapses_at)
    return taken


def note_lapsed(conversion: Conversion) -> None:
    """Writes down the last attempt at a conversion that is locked, where whoever made it could not: it was killed, or hung."""
    lapsed_at = conversion.next_attempt_at
    if lapsed_at is not None and conversion.lost_attempts.count() < conversion.attempts:
        LostAttempt.objects.note([conversion], claimed_at=lapsed_at - LEASE, lost_at=lapsed_at)


@retried
def claim_chunk(besides: Collection[str] = ()) -> Claim | None:
    """Claims the next of those that can be settled together, the oldest first; None when none is ready besides these.

    Whoever claims at the same moment gets others.
    """
    with transaction.atomic():
        now = clock.now()
        count = Line.objects.filter(conversion=OuterRef("pk")).order_by().values("conversion").annotate(n=Count("pk"))
        ready = (
            Conversion.objects.ready(now)
            .exclude(reference__in=besides)
            .annotate(line_count=Subquery(count.values("n")))
        )
        ready = ready.select_for_update(no_key=True, skip_locked=True, of=("self",))
        size = CHUNKS[connection.vendor]
        found = ready.values_list("pk", "reference", "line_count")[: size.conversions]
        lines = 0
        taken: dict[int, str] = {}
        for pk, reference, line_count in found:
            lines += line_count
            if taken and lines > size.lines:
                break
            taken[pk] = reference
        claimed = Claim(tuple(taken.values()), now + LEASE)
        Conversion.objects.filter(pk__in=taken).update(attempts=F("attempts") + 1, next_attempt_at=claimed.lapses_at)
    return claimed if taken else None


@retried
def give_back(claim: Claim, references: Iterable[str] | None = None) -> None:
    """Gives a claim, or that of some of its conversions, back as if it had never been: not counted, and due at once.

    A claim that has lapsed meanwhile doesn't count either; whoever has the next one keeps it.
    """
    now, is_held = clock.now(), Q(next_attempt_at=claim.lapses_at)
    given_back = claim.references if references is None else references
    running = Conversion.objects.confirmed().filter(reference__in=list(given_back), attempts__gt=0)
    # A claim that neither is held nor has lapsed was given back before, when the answer was lost.
    counted = running if now >= claim.lapses_at else running.filter(is_held)
    due_at = Case(When(is_held, then=Value(now)), default=F("next_attempt_at"))
    counted.update(attempts=F("attempts") - 1, next_attempt_at=due_at)


@retried
def lapse(claim: Claim, error: Exception) -> None:
    """Ends a claim whose attempt came to nothing, and writes down why: it stays counted, and the next need not wait for it."""
    with transaction.atomic():
        now = clock.now()
        held = Conversion.objects.confirmed().filter(reference__in=claim.references, next_attempt_at=claim.lapses_at)
        lost = list(held.select_for_update(no_key=True).order_by("pk"))
        says = f"{type(error).__name__}: {error}"
        LostAttempt.objects.note(lost, claimed_at=claim.lapses_at - LEASE, lost_at=now, error=says)
        Conversion.objects.filter(pk__in=[one.pk for one in lost]).update(next_attempt_at=now)
