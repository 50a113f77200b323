from datetime import datetime
from typing import Any

from django.db.models import Min

from wallet import validators
from wallet.models import Conversion, Price, Pulse


def health(*, now: datetime) -> dict[str, Any]:
    """The ages in seconds of the prices (by BNB's, which every conversion needs), of the oldest unfinished conversion, and
    of the last beat. None where there is nothing to have an age."""
    bnb = Price.objects.current_source().filter(asset__code=validators.BNB).first()
    oldest = Conversion.objects.confirmed().aggregate(at=Min("confirmed_at"))["at"]
    beat = Pulse.objects.filter(name="sweep").first()
    moments = {
        "price_age_seconds": bnb.observed_at if bnb else None,
        "oldest_unfinished_seconds": oldest,
        "last_beat_seconds": beat.beat_at if beat else None,
    }
    ages = {name: round((now - at).total_seconds(), 1) if at else None for name, at in moments.items()}
    return {"database": "ok", **ages}
