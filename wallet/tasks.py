"""What the worker runs. Each takes an id at most, makes one call, and may run twice or late without harm."""

import logging
from datetime import datetime

from celery import shared_task

from wallet import clock, conversions
from wallet.market import rounds
from wallet.market.base import MarketError
from wallet.models import Conversion, Pulse
from wallet.retrying import Busy

# In seconds. What a worker has not begun by then, the next sweep sends again: a backlog must not breed.
EXPIRES = 10

log = logging.getLogger(__name__)


@shared_task
def settle(reference: str) -> None:
    """Settles one conversion. Without a price since Confirm, asks for a round, which sends the conversion here again."""
    try:
        conversions.settle(reference=reference)
    except conversions.PricesPending as pending:
        refresh_prices.apply_async((pending.wanted_at.isoformat(),), expires=EXPIRES)
    except Busy:
        log.warning("too busy to settle %s; the sweep will send it again", reference)


@shared_task(soft_time_limit=20, time_limit=25)
def refresh_prices(wanted_at: str | None = None) -> None:
    """One round of prices for everybody who waits for one."""
    try:
        rounds.refresh(wanted_at=datetime.fromisoformat(wanted_at) if wanted_at else None)
    except MarketError as error:
        log.warning("%s", error)
        return
    for reference in Conversion.objects.due(clock.now()).answered().values_list("reference", flat=True):
        settle.apply_async((reference,), expires=EXPIRES)


@shared_task
def sweep() -> None:
    """Sends every due conversion to its task again, and gives up on what used up its attempts."""
    for reference in conversions.sweep():
        settle.apply_async((reference,), expires=EXPIRES)
    Pulse.objects.beat("sweep", clock.now())


@shared_task
def clear_quotes() -> None:
    """Deletes the quotes that nobody confirmed."""
    conversions.clear_quotes()
