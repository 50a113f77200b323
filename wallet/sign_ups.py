"""Accounts that people made themselves, until they have confirmed the address that they signed up with.

Several may wait with one address, so that nobody keeps its owner from it: whoever confirms it first has it, and the others
go. What nobody confirmed goes by the clock.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from wallet import mailboxes

KEPT = timedelta(days=2)  # longer than the link in the last mail is good
AT_ONCE = 1000  # that one run of the schedule clears


def confirm(address: EmailAddress) -> bool:
    """Makes the address its user's for certain, whoever else waits with it. False where somebody else was first.

    One transaction: the user's row is locked, so that the schedule clears nobody who confirms at this moment. Of two who
    confirm at once the database lets one.
    """
    try:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=address.user_id)
            if mailboxes.is_held(address.email, besides=address.user):
                return False
            if EmailAddress.objects.filter(pk=address.pk, verified=False).update(verified=True) != 1:
                return False
    except (User.DoesNotExist, IntegrityError):
        return False
    address.verified = True
    for other in mailboxes.sign_ups().filter(email=address.email):
        _clear(other)
    return True


def clear(now: datetime) -> int:
    """Deletes the accounts that nobody has confirmed for two days; how many. Those that an operator gave something stay."""
    old = mailboxes.sign_ups().filter(user__date_joined__lt=now - KEPT).order_by("pk")
    return sum(_clear(address) for address in old[:AT_ONCE])


def _clear(address: EmailAddress) -> bool:
    """Deletes the account that waits with the address, unless it has more than that, or is confirmed at this moment."""
    try:
        with transaction.atomic():
            # Whoever else holds the row confirms it, or clears it.
            users = User.objects.select_for_update(skip_locked=True)
            user = users.filter(pk=address.user_id, is_active=True, is_staff=False, last_login=None).first()
            if user is None or not mailboxes.sign_ups().filter(pk=address.pk).exists():
                return False
            user.delete()
    except (ProtectedError, IntegrityError):
        return False
    return True
