"""What staff may do to a confirmed conversion (P20): have it settled now, or stop it; never change what it converts.

Both go the way of the worker: settling by its claim, stopping under the locks and only while nobody has claimed it. So each
happens once, whoever else is at it.
"""

from django.contrib.auth.models import User
from django.db import transaction

from wallet import outbox, staff_log
from wallet.conversions import states
from wallet.conversions.locks import lock
from wallet.conversions.settle import settle
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.logs import get_logger
from wallet.models import Conversion
from wallet.models.status import Status
from wallet.refusals import Code, refusal

SETTLE_PERMISSION, STOP_PERMISSION = "wallet.settle_conversion", "wallet.stop_conversion"
LONGEST_REASON = 200

log = get_logger(__name__)


class Declined(Exception):
    """Why staff may not do this now, as a sentence for them. Nothing was changed."""


def settle_for(*, by: User, conversion: Conversion, reason: str) -> Conversion | None:
    """Attempts to settle it now, by the same rules and the same claim as a worker; None when there was nothing to do.

    That it was asked for is written down first, whatever comes of it. Raises Declined, and what `settle` raises.
    """
    _require(by, SETTLE_PERMISSION, conversion, reason)
    _note(by, "settled_now", conversion, reason)
    return settle(reference=conversion.reference)


@retried
def _note(by: User, action: str, conversion: Conversion, reason: str) -> None:
    with transaction.atomic():
        staff_log.record(staff=by, action=action, on=conversion, reason=reason.strip())


def stop_for(*, by: User, conversion: Conversion, reason: str) -> Conversion:
    """Stops a confirmed conversion that nobody has claimed: nothing is converted, and the customer reads a fixed sentence.

    Raises Declined when it is not in progress, or a worker is settling it just now, and Busy; nothing is written then.
    """
    _require(by, STOP_PERMISSION, conversion, reason)
    stopped = _stop(by, conversion.reference, reason)
    log.warning("conversion_stopped", reference=stopped.reference, status=stopped.status, reason=stopped.reason_code)
    return stopped


@retried
def _stop(by: User, reference: str, reason: str) -> Conversion:
    with transaction.atomic():
        locked = lock(reference)
        conversion, now = locked.conversion, clock.now()
        if not conversion.is_confirmed:
            raise Declined(f"{conversion} is not in progress, so there is nothing to stop. Nothing was changed.")
        if not conversion.is_due(now):
            raise Declined(f"A worker is settling {conversion} just now. Look again in a few seconds.")
        states.end_without(conversion, status=Status.STOPPED, refusals=[refusal(Code.STOPPED_BY_STAFF)], at=now)
        states.write_ends([conversion])
        outbox.tell([(locked.customer, conversion)])
        before, after = {"status": Status.CONFIRMED.value}, {"status": Status.STOPPED.value}
        staff_log.record(staff=by, action="stopped", on=conversion, reason=reason.strip(), before=before, after=after)
    return conversion


def _require(by: User, permission: str, conversion: Conversion, reason: str) -> None:
    if not by.has_perm(permission):
        raise Declined("You may not do that.")
    if conversion.user_id == by.pk:
        raise Declined("It is your own conversion: somebody else has to do that.")
    if not reason.strip():
        raise Declined("Give a reason: it stands in the staff’s log.")
    if len(reason.strip()) > LONGEST_REASON:
        raise Declined(f"The reason is longer than {LONGEST_REASON} characters. Shorten it.")
