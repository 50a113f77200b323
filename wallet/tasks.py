"""What the worker runs. Each takes an id or a moment at most, makes one call, and may run twice or late without harm."""

from datetime import datetime
from typing import Any

from celery import shared_task
from django.core.management import call_command

from wallet import conversions, delivery, ledger, month_end, sign_ups, treasury
from wallet.audit import audit
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.logs import get_logger
from wallet.market import rounds
from wallet.market.source import MarketError
from wallet.models import Count, KeptOutNumber, MarketRound, OutboxMail, Pulse, SecurityEvent
from wallet.models.pulse import AUDIT_FAILED, AUDITED, SWEPT, taken_from

# In seconds. What a worker has not begun by then, the next sweep sends again: a backlog must not breed.
EXPIRES = 10

log = get_logger(__name__)


@shared_task(soft_time_limit=20, time_limit=25)
def refresh_prices(wanted_at: str | None = None) -> None:
    """One round of prices for everybody who waits for one, and then their settlement."""
    Pulse.objects.beat(taken_from("prices"), clock.now())
    try:
        rounds.refresh(wanted_at=datetime.fromisoformat(wanted_at) if wanted_at else None)
    except MarketError as error:
        log.warning("market_failed", says=str(error))
    else:
        _settle_rounds(conversions.chunks())
        rounds.keep_markets()


@shared_task
def settle_round() -> None:
    """Settles everybody whom the market has answered."""
    try:
        settled = conversions.settle_round(at_most=conversions.AT_ONCE)
    except Busy:
        log.warning("too_busy", at="settle_round", then="the sweep sends it again")
    else:
        if settled.goes_on:  # one message follows one, never several
            settle_round.apply_async(expires=EXPIRES)
        if settled.finished:
            send_mails.apply_async(expires=EXPIRES)


@shared_task
def settle(reference: str) -> None:
    """Settles one conversion, which lost an attempt and so runs alone, and sends the next of its kind."""
    try:
        settled = conversions.settle(reference=reference)
    except conversions.PricesPending as pending:
        refresh_prices.apply_async((pending.wanted_at.isoformat(),), expires=EXPIRES)
    except Busy:
        log.warning("too_busy", at="settle", reference=reference, then="the sweep sends it again")
    else:
        if settled is not None:
            sweep.apply_async(expires=EXPIRES)
            send_mails.apply_async(expires=EXPIRES)


@shared_task
def send_mails() -> None:
    """Sends the mails that are due; where it comes to the end of its time, the next message goes on."""
    Pulse.objects.beat(taken_from("mails"), clock.now())
    try:
        delivered = delivery.deliver()
    except Busy:
        log.warning("too_busy", at="send_mails", then="the next round does")
    else:
        if delivered.goes_on:  # one message follows one, never several
            send_mails.apply_async(expires=EXPIRES)


@shared_task
def sweep() -> None:
    """Gives up on what used up its attempts, and sends what is due to the tasks that help it on."""
    Pulse.objects.beat(taken_from("settle"), clock.now())
    conversions.fail_exhausted()
    send(conversions.due())
    Pulse.objects.beat(SWEPT, clock.now())


def send(due: conversions.Due, **options: Any) -> None:
    """Sends what is due to the tasks that help it on."""
    _settle_rounds(due.chunks, **options)
    if due.alone is not None:
        settle.apply_async((due.alone,), expires=EXPIRES, **options)
    if due.unanswered_since is not None:
        refresh_prices.apply_async((due.unanswered_since.isoformat(),), expires=EXPIRES, **options)


def _settle_rounds(chunks: int, **options: Any) -> None:
    """One message a chunk, so that all workers take part."""
    for _ in range(chunks):
        settle_round.apply_async(expires=EXPIRES, **options)


@shared_task
def clear_quotes() -> None:
    """Deletes the quotes that nobody confirmed."""
    conversions.clear_quotes()


@shared_task
def clear_market() -> None:
    """Removes what is kept of the market no longer."""
    now = clock.now()
    MarketRound.objects.clear(now)
    KeptOutNumber.objects.clear(now)


@shared_task
def clear_counts() -> None:
    """Removes the counts of limits whose time is over, allauth's in the cache among them."""
    Count.objects.clear(clock.now())


@shared_task
def clear_sessions() -> None:
    """Deletes the sessions that have ended."""
    call_command("clearsessions")


@shared_task
def clear_sign_ups() -> None:
    """Deletes the accounts whose address nobody has confirmed in time."""
    sign_ups.clear(clock.now())


@shared_task
def clear_security_events() -> None:
    """Deletes what happened to accounts more than a year ago."""
    SecurityEvent.objects.clear(clock.now())


@shared_task
def clear_mails() -> None:
    """Deletes what is known of mails that were sent or given up 90 days ago."""
    OutboxMail.objects.clear(clock.now())


@shared_task(soft_time_limit=3500, time_limit=3600)
def audit_ledger() -> None:
    """Checks every promise that the rows can break. Each violation is an alert in the log."""
    began_at, broken = clock.now(), 0
    for broken, (promise, row, problem) in enumerate(audit(), start=1):
        log.error("audit_violation", number=broken, promise=promise, row=str(row), says=problem)
    if broken:
        Pulse.objects.beat(AUDIT_FAILED, began_at)
    else:
        # What was written meanwhile it has not seen: month end asks for an audit of a ledger that was complete.
        Pulse.objects.beat(AUDITED, began_at)
        log.info("audit_passed")
        for month in month_end.close():
            log.info("month_closed", month=str(month))


@shared_task
def sum_house_balances() -> None:
    """Keeps the house's balances quick to tell, and looks whether a limit of the treasury is reached."""
    Pulse.objects.beat(taken_from("upkeep"), clock.now())
    try:
        ledger.sum_house_balances()
        treasury.watch(clock.now())
    except Busy:
        log.warning("too_busy", at="sum_house_balances", then="the next round does")
