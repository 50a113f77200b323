from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min

from wallet import validators
from wallet.models import Conversion, KeptOutNumber, MarketRound, Policy, Price, Pulse
from wallet.models.assets import source_name
from wallet.models.pulse import AUDITED, SWEPT, taken_from
from wallet.watch import LONGEST_AUDIT, LONGEST_BEAT, LONGEST_PRICE, LONGEST_TAKEN, Happened

# From when on there should be one, of what a running site has.
LONGEST = {
    "price_age_seconds": LONGEST_PRICE,
    "last_beat_seconds": LONGEST_BEAT,
    "last_audit_passed_seconds": LONGEST_AUDIT,
}


def health(*, now: datetime) -> dict[str, Any]:
    """The ages in seconds of the prices (by BNB's, which every conversion needs), of the oldest unfinished conversion, of
    the last beat, of the audit that last found nothing wrong, and of what was last taken from each queue; and what the market
    said. None where there is nothing to have an age; `missing` says of what should have one by now that it never had."""
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
    longest = {**LONGEST, **{f"last_taken_seconds.{name}": LONGEST_TAKEN[name] for name in queues}}
    told = {**moments, **{f"last_taken_seconds.{name}": at for name, at in taken.items()}}
    return {
        "database": "ok",
        **_ages(moments, now),
        "last_taken_seconds": _ages(taken, now),
        "missing": _missing({name: told[name] for name in longest}, longest, now),
        "market": _market(now),
    }


def _missing(moments: Mapping[str, datetime | None], longest: Mapping[str, timedelta], now: datetime) -> dict[str, str]:
    """Of what has no age and has to have one: whether it never happened, or is not due yet on a site as young as this."""
    since = Policy.objects.began_at()
    found = {name: Happened(at, now, longest[name], since) for name, at in moments.items() if at is None}
    return {name: "not due yet" if happened.is_not_due else "never" for name, happened in found.items()}


def _market(now: datetime) -> dict[str, Any]:
    """Of the current source: the age of the last round that gave prices, and of how many assets; what the newest round said
    of itself and of its fallback; and how many assets are kept out now, by rule."""
    source = source_name()
    newest = MarketRound.objects.of(source).latest_asked()
    good = MarketRound.objects.of(source).good().latest_asked()
    kept_out = KeptOutNumber.objects.current(source).assets_by_rule()
    return {
        "source": source,
        **_ages({"last_round_seconds": good.asked_at if good else None}, now),
        "last_error": newest.error if newest else "",
        "fallback": newest.fallback if newest else "",
        "fallback_answers": newest.fallback_answers if newest else None,
        "priced": good.priced if good else 0,
        "kept_out": sum(kept_out.values()),
        "kept_out_by_rule": kept_out,
    }


def _ages(moments: dict[str, datetime | None], now: datetime) -> dict[str, Any]:
    return {name: round((now - at).total_seconds(), 1) if at else None for name, at in moments.items()}
