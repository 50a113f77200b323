"""One round of the configured source: ask the market once, work out every asset's rate, write them all down together."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from wallet.database import clock
from wallet.database.retrying import retried
from wallet.market import guards
from wallet.market.paths import BTC, Rate, rates
from wallet.market.source import AskLater, MarketError, Source
from wallet.models import Asset, Price, Pulse, Venue
from wallet.models.assets import source_name

log = logging.getLogger(__name__)

# When a round was last begun, and when one was last written.
ASKED, WRITTEN = "asked", "prices"
# A round that somebody else began so short a time ago will do: a market that does not answer isn't asked by everyone.
SHARED = timedelta(seconds=5)


def configured_source() -> Source:
    """The source that PRICE_SOURCE names; its file, and what that file needs, is loaded only here."""
    source: Source
    if settings.PRICE_SOURCE == "demo":
        source = import_string("wallet.market.demo.Demo")()
    else:
        source = import_string("wallet.market.exchange.Exchange")(settings.EXCHANGE_ID, settings.EXCHANGE_URL)
    return source


def refresh(*, wanted_at: datetime | None = None, source: Source | None = None) -> int:
    """Asks the market and stores its prices; how many assets have one. No lock is held while asking.

    With `wanted_at`, a round that somebody else has begun since then, a few seconds ago, will do. Raises MarketError
    when the market gives nothing usable; the stored prices stay then, and grow old.
    """
    stored = Price.objects.current_source()
    started_at = clock.now()
    asked = Pulse.objects.filter(name=ASKED).first()
    if wanted_at and asked and asked.beat_at >= max(wanted_at, started_at - SHARED):
        return stored.count()
    name = source.name if source else source_name()
    closed_until = Venue.objects.closed_until(name, started_at)
    if closed_until is not None:
        raise MarketError(
            f"{name} said that it was asked too much, and is not asked before {closed_until:%H:%M:%S} UTC."
        )
    Pulse.objects.beat(ASKED, started_at)
    source = source or configured_source()
    assets = dict(Asset.objects.values_list("code", "pk"))
    in_use = dict(stored.values_list("asset__code", "path"))
    try:
        tickers = source.tickers()
    except AskLater as refusal:
        Venue.objects.hold_off(name, clock.now(), refusal.wait)
        raise
    Venue.objects.answered(name)
    apart = timedelta(seconds=settings.MARKET_CLOCK_TOLERANCE)
    frozen = guards.refuse_frozen((ticker.said_at for ticker in tickers), started_at, apart)
    if frozen is not None:
        raise MarketError(f"{source.name} gave no usable price: {frozen}.")
    found = rates(tickers, assets, in_use)
    if not found.keys() - {BTC}:
        raise MarketError(f"{source.name} gave no usable price.")
    _store(source.name, {assets[code]: rate for code, rate in found.items()}, started_at)
    log.info("%s priced %d of %d assets", source.name, len(found), len(assets))
    return len(found)


@retried
def _store(source: str, found: dict[int, Rate], started_at: datetime) -> None:
    """Writes a round as a whole. What it no longer prices is removed; a late round never overwrites a newer price."""
    Pulse.objects.bulk_create([Pulse(name=WRITTEN, beat_at=started_at)], ignore_conflicts=True)
    with transaction.atomic():
        Pulse.objects.select_for_update().get(name=WRITTEN)  # one round is written at a time
        before = Price.objects.in_bulk()
        fresh = []
        for pk, rate in found.items():
            price = Price(
                asset_id=pk,
                rate_btc=rate.rate_btc,
                path=rate.path,
                legs=rate.legs,
                source=source,
                observed_at=started_at,
            )
            known = before.get(pk)
            if known is None or known.source != source or known.observed_at < started_at:
                fresh.append(price)
        Price.objects.bulk_create(
            fresh,
            update_conflicts=True,
            unique_fields=["asset"],
            update_fields=["rate_btc", "path", "legs", "source", "observed_at"],
        )
        Price.objects.filter(source=source, observed_at__lt=started_at).exclude(asset__in=found).delete()
        Pulse.objects.beat(WRITTEN, clock.now())
