"""Whose a mail address is. An address counts as its owner's once it was confirmed by mail, or when the operator made the
account with it; then it stands with the user, and there is no row of it yet. Who signed up with an address and has not
confirmed it holds nothing: whoever confirms it first has it."""

from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet


def owners(email: str) -> list[User]:
    """The active users whom a mail to this address reaches for certain (S1): nobody by an address that waits."""
    return [user for user in holders(email) if user.is_active]


def holders(email: str) -> list[User]:
    """Those whose address it is, deactivated or not."""
    confirmed = User.objects.filter(emailaddress__verified=True, emailaddress__email=email.lower())
    # PostgreSQL takes letters for the same that no mail server does: with it, the mail would go to somebody else.
    alike = User.objects.filter(email__iexact=email).exclude(emailaddress__email__iexact=email)
    given = [user for user in alike if user.email.lower() == email.lower()]
    return [*confirmed, *(user for user in given if not EmailAddress.objects.get_verified(user))]


def is_held(email: str, *, besides: User | None = None) -> bool:
    """Whether it is the address of an account, of another one than this."""
    return any(holder != besides for holder in holders(email))


def at_sign_in(email: str) -> User | None:
    """Who signs in with this address: its owner, or as long as it has none, who signed up with it last."""
    if not email:
        return None
    held = holders(email)
    if held:
        return min(held, key=lambda user: user.pk)
    waits = signed_up(email)
    return waits.user if waits else None


def sign_ups() -> QuerySet[EmailAddress]:
    """The addresses of all who signed up and never confirmed."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    waiting: QuerySet[EmailAddress] = EmailAddress.objects.filter(
        ~Exists(confirmed), verified=False, user__email__iexact=F("email")
    )
    return waiting


def unconfirmed(user: User) -> EmailAddress | None:
    """The address that somebody signed up with and never confirmed; until then they do not get in."""
    rows = list(user.emailaddress_set.all())  # type: ignore[attr-defined]
    if any(row.verified for row in rows):
        return None
    return next((row for row in rows if row.email == user.email.lower()), None)


def signed_up(email: str) -> EmailAddress | None:
    """The address, where somebody signed up with it and never confirmed it: the last of them."""
    return sign_ups().filter(email=email.lower(), user__is_active=True).order_by("pk").last()


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


def account(user: User) -> str:
    """What receipts call the customer's account, on the page and in the mail."""
    return user.email or user.get_username()


def waiting(user: User) -> str:
    """The address that is to take the place of the current one once it is confirmed; empty where none is."""
    asked = EmailAddress.objects.get_new(user)
    return asked.email if asked else ""


def reached(users: Collection[int]) -> set[int]:
    """Of these users, by their keys, the customers whom a mail reaches for certain: active, no staff, with an address that
    counts as theirs."""
    rows = EmailAddress.objects.filter(user=OuterRef("pk"))
    waits = rows.filter(verified=False, email__iexact=OuterRef("email"))
    counts = Q(Exists(rows.filter(verified=True))) | Q(~Q(email=""), ~Exists(waits))
    return set(User.objects.filter(counts, pk__in=users, is_active=True, is_staff=False).values_list("pk", flat=True))
