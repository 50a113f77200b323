"""Claims: who may attempt a settlement, counted so that a kill is counted, and for how long others keep away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Conversion

MAX_ATTEMPTS = 5
# How long an attempt may hold its claim. Longer than a settlement takes with every timeout and retry but the rarest; a
# second attempt beside a slow one does no harm, because the first to lock the conversion finishes it.
LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at a conversion. It lapses by itself when the lease is over."""

    reference: str
    lapses_at: datetime


@retried
def claim(reference: str) -> Claim | None:
    """Counts an attempt and keeps others away until the lease is over. Committed by itself, so that a kill is counted.

    None when there is nothing to attempt: it is finished, claimed by another, or has used up its attempts.
    """
    now = clock.now()
    lapses_at = now + LEASE
    claimable = Conversion.objects.due(now).filter(reference=reference, attempts__lt=MAX_ATTEMPTS)
    taken = claimable.update(attempts=F("attempts") + 1, next_attempt_at=lapses_at)
    return Claim(reference, lapses_at) if taken else None


@retried
def give_back(claim: Claim) -> None:
    """Gives a claim back as if it had never been: the attempt not counted, and due at once.

    A claim that has lapsed meanwhile doesn't count either; whoever has the next one keeps it.
    """
    now, fewer = clock.now(), F("attempts") - 1
    running = Conversion.objects.confirmed().filter(reference=claim.reference, attempts__gt=0)
    held = running.filter(next_attempt_at=claim.lapses_at)
    # A claim that neither is held nor has lapsed was given back before, when the answer was lost.
    if not held.update(attempts=fewer, next_attempt_at=now) and now >= claim.lapses_at:
        running.update(attempts=fewer)
