"""Sending the mails of the outbox, each once, after what they tell was committed.

A row is claimed by one conditional update, which counts the attempt and is committed before the mail server hears of it. Then
it is judged whether the mail still holds, it is sent, and the row is marked. Where the process dies between the server's
taking it and the mark, the claim lapses and the mail goes once more, with the same Message-ID.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation

from wallet import mailboxes
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.eligibility import eligibility
from wallet.logs import get_logger
from wallet.models import Conversion, Customer, OutboxMail
from wallet.pages import receipts
from wallet.pages.letters import message
from wallet.portfolio import portfolio
from wallet.subscriptions import Subscription

Kind, State, Reason = OutboxMail.Kind, OutboxMail.State, OutboxMail.Reason

MAX_ATTEMPTS = 12
# After an attempt that failed: a minute, doubled with each, and never longer than this. All of them together take 16 hours.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
# How long an attempt may hold its claim: longer than the task may run, so that nobody sends beside one that is still at it.
LEASE = timedelta(minutes=2)
# For how long one run begins with further mails; a message that is sent then goes on.
RUN = timedelta(seconds=20)
# So many in a row that the server did not answer, and it is left alone until the next run.
SILENT = 3
# A server's answers about one mail.
ANSWERS = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run came to."""

    sent: int
    goes_on: bool  # its time was over: whoever goes on may find more


@dataclass(frozen=True, slots=True)
class Unsent:
    """Why a mail is not sent now: it no longer holds, or the wait has become longer and it comes `later`."""

    reason: OutboxMail.Reason | None = None
    later: datetime | None = None


def wait_after(attempts: int) -> timedelta:
    """How long after so many attempts the next one is due."""
    return min(FIRST_WAIT * (1 << attempts - 1), LONGEST_WAIT)


def deliver() -> Delivered:
    """Sends what is due, the longest due first. Runs beside each other share the mails: each is one's alone.

    Whatever goes wrong with one mail, the others go on, unless the server no longer answers.
    """
    give_up_exhausted()
    ends_at, sent, silent = clock.now() + RUN, 0, 0
    while silent < SILENT and (mail := claim()) is not None:
        error = _attempt(mail)
        sent += mail.state == State.SENT
        silent = silent + 1 if _is_silence(error) else 0
        if clock.now() >= ends_at:
            return Delivered(sent, goes_on=True)
    return Delivered(sent, goes_on=False)


def _is_silence(error: Exception | None) -> bool:
    """Whether it was the server or the way to it that failed, not this one mail."""
    return isinstance(error, OSError) and not isinstance(error, ANSWERS)


@retried
def claim() -> OutboxMail | None:
    """Counts an attempt and keeps others away until the lease is over. Committed by itself, so that a kill is counted.

    None when nothing is due.
    """
    while True:
        now = clock.now()
        found = OutboxMail.objects.due(now).filter(attempts__lt=MAX_ATTEMPTS)
        mail = found.select_related("conversion__user", "conversion__policy").first()
        if mail is None:
            return None
        lapses_at = now + LEASE
        if _write(mail, attempts=F("attempts") + 1, next_attempt_at=lapses_at):
            mail.attempts, mail.next_attempt_at = mail.attempts + 1, lapses_at
            return mail


def give_up_exhausted() -> None:
    """Gives up what has used up its attempts and whose last claim has lapsed: its process died at each."""
    for mail in OutboxMail.objects.due(clock.now()).filter(attempts__gte=MAX_ATTEMPTS):
        _give_up(mail, mail.last_error or "the process died")


def _attempt(mail: OutboxMail) -> Exception | None:
    """Judges and sends a claimed mail, and writes down what came of it. The error that kept it from being sent, if any."""
    connection = get_connection()
    try:
        with _as_read_by(mail.conversion):
            written = _written(mail, clock.now())
        if isinstance(written, EmailMessage):
            connection.open()  # else sending would close it too, and fail after the server has taken the mail
            connection.send_messages([written])
    except Exception as error:  # noqa: BLE001  # whatever goes wrong with one mail, the others go on
        _close(connection)
        _failed(mail, error)
        return error
    if isinstance(written, Unsent):
        _left_out(mail, written)
    elif _end(mail, State.SENT):
        log.info("customer_mail_sent", **_told(mail))
    _close(connection)
    return None


def _close(connection: Any) -> None:
    """What the server says to the end changes nothing any more."""
    with suppress(Exception):
        connection.close()


# --- what it says -----------------------------------------------------------------------------------------------------


@contextmanager
def _as_read_by(conversion: Conversion) -> Iterator[None]:
    """In the customer's language and time zone."""
    customer = Customer.objects.get(pk=conversion.user_id)
    with translation.override(customer.mail_language), timezone.override(customer.zone):
        yield


def _written(mail: OutboxMail, now: datetime) -> EmailMessage | Unsent:
    """The mail as it is sent now, or why it is not: what held when it was written down may be over."""
    conversion, kind = mail.conversion, Kind(mail.kind)
    subscription = Subscription(conversion.user_id, kind)
    if not subscription.is_on:
        return Unsent(Reason.CHOICE)
    if not mailboxes.reached({conversion.user_id}):
        return Unsent(Reason.ACCOUNT)
    stop = reverse("unsubscribe", args=[subscription.word])
    sender = receipts.Sender(settings.SITE_NAME, settings.LINKS_URL, settings.LINKS_URL + stop)
    if kind is Kind.AGAIN:
        count = _convertible(conversion, now)
        if isinstance(count, Unsent):
            return count
        letter = receipts.again(count, sender)
    else:
        lines = list(conversion.lines.select_related("asset").order_by("-quoted_value_sats", "asset__code"))
        letter = receipts.receipt(conversion, lines, mailboxes.account(conversion.user), sender)
    one_click = settings.LINKS_URL + reverse("one_click", args=[subscription.word])
    headers = {
        "Message-ID": message_id(mail),
        "List-Unsubscribe": f"<{one_click}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return message(letter, mailboxes.current(conversion.user), site_url=settings.LINKS_URL, headers=headers)


def message_id(mail: OutboxMail) -> str:
    """The same for each attempt, so that whoever receives it twice can tell."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{mail.kind}.{mail.conversion.reference.lower()}@{host}>"


def _convertible(conversion: Conversion, now: datetime) -> int | Unsent:
    """How many balances the customer could convert now; or why nothing is said of it."""
    state = eligibility(user=conversion.user, now=now)
    customer = Customer.objects.get(pk=conversion.user_id)
    if customer.last_converted_at != conversion.finished_at:
        return Unsent(Reason.REPLACED)
    if state.until_at is not None:
        return Unsent(later=state.until_at)
    if state.in_progress is not None:
        return Unsent(Reason.RUNNING)
    if not state.service.is_open:
        return Unsent(Reason.CLOSED)
    count = len(portfolio(user=conversion.user, policy=state.policy, now=now).convertible)
    return count or Unsent(Reason.NOTHING)


# --- what came of it --------------------------------------------------------------------------------------------------


def _left_out(mail: OutboxMail, unsent: Unsent) -> None:
    if unsent.later is not None:  # as if it had never been claimed
        _write(mail, attempts=F("attempts") - 1, next_attempt_at=unsent.later, due_at=unsent.later)
        return
    assert unsent.reason is not None
    if _end(mail, State.DROPPED, reason=unsent.reason):
        log.info("customer_mail_dropped", **_told(mail), reason=unsent.reason.value)


def _failed(mail: OutboxMail, error: Exception) -> None:
    """An answer of a mail server may repeat the address, so its code alone is kept and logged."""
    says = f"{type(error).__name__} {_code(error)}".strip()[:100]
    if mail.attempts >= MAX_ATTEMPTS:
        _give_up(mail, says)
    elif _write(mail, next_attempt_at=clock.now() + wait_after(mail.attempts), last_error=says):
        log.warning("customer_mail_failed", **_told(mail), reason=says, then="it is tried again")


def _code(error: Exception) -> str:
    """The server's code, of each receiver where there are several."""
    recipients = getattr(error, "recipients", None)
    if recipients:
        return " ".join(sorted({str(code) for code, _ in recipients.values()}))
    return str(getattr(error, "smtp_code", ""))


def _give_up(mail: OutboxMail, says: str) -> None:
    if _end(mail, State.GIVEN_UP, last_error=says):
        log.error("customer_mail_given_up", **_told(mail), reason=says, then="look at the mail server")


def _told(mail: OutboxMail) -> dict[str, Any]:
    return {"kind": mail.kind, "reference": mail.conversion.reference, "attempts": mail.attempts}


def _end(mail: OutboxMail, state: OutboxMail.State, **fields: Any) -> bool:
    if not _write(mail, state=state, ended_at=clock.now(), next_attempt_at=None, **fields):
        return False
    mail.state = state
    return True


@retried
def _write(mail: OutboxMail, **fields: Any) -> bool:
    """Changes a row that waits and is claimed as it was read; False where somebody else was first."""
    held = OutboxMail.objects.waiting().filter(pk=mail.pk, next_attempt_at=mail.next_attempt_at)
    return held.update(**fields) == 1
