"""Confirm: the customer accepts a quote (R8)."""

from django.contrib.auth.models import User
from django.db import transaction

from wallet import ledger
from wallet.conversions import rules, states
from wallet.conversions.locks import lines_of, lock
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Circumstances, Conversion, Policy
from wallet.models.status import Status
from wallet.refusals import refuse


@retried
def confirm(*, user: User, reference: str) -> Conversion:
    """Accepts a quote. The second Confirm of the same quote gets the same conversion again.

    Raises Conversion.DoesNotExist when it is not this user's, Refused when a rule says no; nothing changes then.
    """
    # Asked before locking, so that a stranger's reference takes no lock, nor SQLite's only one for writing.
    if not Conversion.objects.of(user).filter(reference=reference).exists():
        raise Conversion.DoesNotExist
    with transaction.atomic():
        locked = lock(reference)
        conversion = locked.conversion
        if not conversion.is_quoted:
            return conversion
        now = clock.now()
        rules.require_open(now)
        lines = lines_of([conversion])[conversion.pk]
        accounts = ledger.lock_accounts({user.pk: [line.asset_id for line in lines]})[user.pk]
        given = Circumstances(
            at=now,
            last_converted_at=locked.customer.last_converted_at,
            interval=Policy.objects.in_effect(now).interval,
            balances=ledger.balances(accounts),
        )
        refuse(rules.judge([conversion], given, becoming=Status.CONFIRMED))
        rules.require_no_other(user)
        refuse(rules.judge(lines, given, becoming=Status.CONFIRMED))
        states.confirm(conversion, at=now)
        return conversion
