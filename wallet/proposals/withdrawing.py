"""Withdrawing a policy version before its time: one person, at once, because nothing is judged otherwise for it."""

from django.contrib.auth.models import User
from django.db import transaction

from wallet import staff_log
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Policy, PolicyWithdrawal, Proposal
from wallet.proposals.kinds import Declined, may

PERMISSION = "wallet.withdraw_policy"


@retried
def withdraw(*, by: User, policy: int, reason: str) -> PolicyWithdrawal:
    """Has a version never take effect. Raises Declined when its time has come or it was withdrawn; Policy.DoesNotExist."""
    if not may(by, PERMISSION):
        raise Declined("You have no right to withdraw a policy version.")
    words = reason.strip()
    if not words:
        raise Declined("Say why it must not take effect.")
    if len(words) > 200:
        raise Declined("The reason has more than 200 characters.")
    with transaction.atomic():
        Proposal.objects.take_turns(Proposal.Kind.POLICY)
        found = Policy.objects.select_for_update(no_key=True, of=("self",)).get(pk=policy)
        if PolicyWithdrawal.objects.filter(policy=found).exists():
            raise Declined(f"{found} was withdrawn already.")
        if found.effective_from is None or found.effective_from <= clock.now():
            raise Declined(f"{found} is in effect already. Propose another one.")
        staff_log.record(staff=by, action="withdrawn", on=found, reason=words)
        return PolicyWithdrawal.objects.create(policy=found, reason=words, created_by=by)
