"""What the worker runs. Each takes an id at most, makes one call, and may run twice or late without harm."""

import logging
from datetime import datetime

from celery import shared_task

from wallet import conversions, ledger
from wallet.audit import audit
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.market import rounds
from wallet.market.source import MarketError
from wallet.models import Conversion, Pulse
from wallet.models.pulse import AUDITED, SWEPT

# In seconds. What a worker has not begun by then, the next sweep sends again: a backlog must not breed.
EXPIRES = 10

log = logging.getLogger(__name__)


@shared_task
def settle(reference: str) -> None:
    """Settles one conversion. Without a price since Confirm, asks for a round, which sends the conversion here again."""
    try:
        settled = conversions.settle(reference=reference)
    except conversions.PricesPending as pending:
        refresh_prices.apply_async((pending.wanted_at.isoformat(),), expires=EXPIRES)
    except Busy:
        log.warning("too busy to settle %s; the sweep will send it again", reference)
    else:
        if settled is not None and settled.attempts > 1:  # it ran alone; the next of its kind need not wait for beat
            sweep.apply_async(expires=EXPIRES)


@shared_task(soft_time_limit=20, time_limit=25)
def refresh_prices(wanted_at: str | None = None) -> None:
    """One round of prices for everybody who waits for one."""
    try:
        rounds.refresh(wanted_at=datetime.fromisoformat(wanted_at) if wanted_at else None)
    except MarketError as error:
        log.warning("%s", error)
        return
    for reference in Conversion.objects.due(clock.now()).untried().answered().values_list("reference", flat=True):
        settle.apply_async((reference,), expires=EXPIRES)


@shared_task
def sweep() -> None:
    """Sends every due conversion to its task again, and gives up on what used up its attempts."""
    conversions.fail_exhausted()
    for reference in conversions.to_settle():
        settle.apply_async((reference,), expires=EXPIRES)
    Pulse.objects.beat(SWEPT, clock.now())


@shared_task
def clear_quotes() -> None:
    """Deletes the quotes that nobody confirmed."""
    conversions.clear_quotes()


@shared_task(soft_time_limit=3500, time_limit=3600)
def audit_ledger() -> None:
    """Checks every promise that the rows can break. Each violation is an alert in the log."""
    broken = 0
    for broken, (promise, row, problem) in enumerate(audit(), start=1):
        log.error("audit, violation %d: %s %s: %s", broken, promise, row, problem)
    if not broken:
        Pulse.objects.beat(AUDITED, clock.now())
        log.info("audit passed")


@shared_task
def sum_house_balances() -> None:
    """Keeps the house's balances quick to tell."""
    try:
        ledger.sum_house_balances()
    except Busy:
        log.warning("too busy to sum the house's balances; the next round will")
