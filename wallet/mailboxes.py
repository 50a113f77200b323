"""Whose a mail address is. An address counts as its owner's once it was confirmed by mail, or when the operator made the
account with it; then it stands with the user, and there is no row of it yet."""

from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction


def owners(email: str) -> list[User]:
    """The active users whom a mail to this address reaches for certain (S1): nobody by an address that waits."""
    named = User.objects.filter(is_active=True)
    confirmed = named.filter(emailaddress__verified=True, emailaddress__email=email.lower())
    given = named.filter(email__iexact=email).exclude(emailaddress__email__iexact=email)
    return [*confirmed, *(user for user in given if not EmailAddress.objects.get_verified(user))]


def is_somebodys(email: str) -> bool:
    """Whether one may sign in with this address, confirmed or not."""
    return bool(email) and bool(filter_users_by_email(email))


def unconfirmed(user: User) -> EmailAddress | None:
    """The address that somebody signed up with and never confirmed; until then they do not get in."""
    rows = list(user.emailaddress_set.all())  # type: ignore[attr-defined]
    if any(row.verified for row in rows):
        return None
    return next((row for row in rows if row.email == user.email.lower()), None)


def signed_up(email: str) -> EmailAddress | None:
    """The address, where somebody signed up with it and never confirmed it."""
    users = User.objects.filter(is_active=True, email__iexact=email)
    return next((address for user in users if (address := unconfirmed(user))), None)


def keep_given(user: User) -> None:
    """Writes down the address that the operator gave the user, as confirmed, before another one is asked for.

    Where somebody else's confirmed address is the same, there is no row; the user keeps the address all the same.
    """
    if not user.email or user.emailaddress_set.exists():  # type: ignore[attr-defined]
        return
    try:
        with transaction.atomic():
            EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)
    except IntegrityError:
        return


def current(user: User) -> str:
    """The address that mails to the user go to; empty where there is none."""
    confirmed = EmailAddress.objects.get_verified(user)
    return confirmed.email if confirmed else user.email


def waiting(user: User) -> str:
    """The address that is to take the place of the current one once it is confirmed; empty where none is."""
    asked = EmailAddress.objects.get_new(user)
    return asked.email if asked else ""
