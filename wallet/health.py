from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Min

from wallet import validators
from wallet.models import Conversion, Price, Pulse
from wallet.models.pulse import AUDITED, SWEPT, taken_from


def health(*, now: datetime) -> dict[str, Any]:
    """The ages in seconds of the prices (by BNB's, which every conversion needs), of the oldest unfinished conversion, of
    the last beat, of the audit that last found nothing wrong, and of what was last taken from each queue. None where there is
    nothing to have an age."""
    bnb = Price.objects.current_source().filter(asset__code=validators.BNB).first()
    oldest = Conversion.objects.confirmed().aggregate(at=Min("confirmed_at"))["at"]
    pulses = Pulse.objects.moments()
    queues = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    moments = {
        "price_age_seconds": bnb.observed_at if bnb else None,
        "oldest_unfinished_seconds": oldest,
        "last_beat_seconds": pulses.get(SWEPT),
        "last_audit_passed_seconds": pulses.get(AUDITED),
    }
    taken = {name: pulses.get(taken_from(name)) for name in queues}
    return {"database": "ok", **_ages(moments, now), "last_taken_seconds": _ages(taken, now)}


def _ages(moments: dict[str, datetime | None], now: datetime) -> dict[str, Any]:
    return {name: round((now - at).total_seconds(), 1) if at else None for name, at in moments.items()}
