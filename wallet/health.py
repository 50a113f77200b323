from datetime import datetime
from typing import Any

from django.db.models import Min

from wallet import validators
from wallet.models import Conversion, Price, Pulse
from wallet.models.pulse import AUDITED, SWEPT


def health(*, now: datetime) -> dict[str, Any]:
    """The ages in seconds of the prices (by BNB's, which every conversion needs), of the oldest unfinished conversion, of
    the last beat, and of the audit that last found nothing wrong. None where there is nothing to have an age."""
    bnb = Price.objects.current_source().filter(asset__code=validators.BNB).first()
    oldest = Conversion.objects.confirmed().aggregate(at=Min("confirmed_at"))["at"]
    pulses = dict(Pulse.objects.filter(name__in=[SWEPT, AUDITED]).values_list("name", "beat_at"))
    moments = {
        "price_age_seconds": bnb.observed_at if bnb else None,
        "oldest_unfinished_seconds": oldest,
        "last_beat_seconds": pulses.get(SWEPT),
        "last_audit_passed_seconds": pulses.get(AUDITED),
    }
    ages = {name: round((now - at).total_seconds(), 1) if at else None for name, at in moments.items()}
    return {"database": "ok", **ages}
