"""What the worker runs. Each takes an id at most, makes one call, and may run twice or late without harm."""

import logging
from datetime import datetime

from celery import shared_task

from wallet import clock, conversions
from wallet.market import rounds
from wallet.market.base import MarketError
from wallet.models import Conversion, Pulse

log = logging.getLogger(__name__)


@shared_task
def settle(reference: str) -> None:
    """Settles one conversion. Without a price since Confirm, asks for a round, which sends the conversion here again."""
    try:
        conversions.settle(reference=reference)
    except conversions.PricesPending as pending:
        refresh_prices.delay(pending.wanted_at.isoformat())


@shared_task
def refresh_prices(wanted_at: str | None = None) -> None:
    """One round of prices for everybody who waits for one."""
    try:
        rounds.refresh(wanted_at=datetime.fromisoformat(wanted_at) if wanted_at else None)
    except MarketError as error:
        log.warning("%s", error)
        return
    for reference in Conversion.objects.due(clock.now()).values_list("reference", flat=True):
        settle.delay(reference)


@shared_task
def sweep() -> None:
    """Sends every due conversion to its task again, and gives up on what used up its attempts."""
    for reference in conversions.sweep():
        settle.delay(reference)
    Pulse.objects.beat("sweep", clock.now())


@shared_task
def clear_quotes() -> None:
    """Deletes the quotes that nobody confirmed."""
    conversions.clear_quotes()
