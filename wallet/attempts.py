"""Attempts to sign in, or to prove again who one is, counted so that a stranger never locks the owner out (S3, P22).

One count for an account whatever name was typed, each address by itself. A device that the account knows has a count of its
own, and so has every other address: whatever one address does, the owner passes from the next. Of codes there is a count for
all other addresses together too: whoever guesses them has the password, which the owner changes by mail.
"""

import hashlib
from dataclasses import dataclass

from allauth.account.utils import filter_users_by_username
from allauth.core.internal.cryptokit import normalize_user_code
from django.contrib.auth.models import User
from django.http import HttpRequest

from wallet import limits, mailboxes
from wallet.devices import known_device
from wallet.limits import Limit
from wallet.logs import get_logger
from wallet.requests import address_block, is_signed_in

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One that was let through to the password, and what it took."""

    taken: tuple[tuple[Limit, str], ...]

    def succeeded(self) -> None:
        """The password was right: it counts nowhere."""
        for limit, subject in self.taken:
            limit.give_back(subject)


def attempt(request: HttpRequest, *, name: str, email: str) -> Attempt:
    """Lets an attempt at the account of this name or address through. Raises TooMany where it isn't its turn."""
    if is_signed_in(request):
        return _take((limits.FAILED_IN_SESSION, request.session.session_key or ""))
    owner = owner_of(name, email)
    user_pk = owner.pk if owner else None
    # What no account has counts like one that has, or an attempt would tell which there are.
    account = str(user_pk) if user_pk is not None else _hashed((name or email).strip().lower())
    device = known_device(request, user_pk)
    if device:
        return _take((limits.FAILED_ON_DEVICE, f"{account} {device}"))
    block = address_block(request)
    return _take((limits.FAILED_FROM_ADDRESS, block), (limits.FAILED_AT_ACCOUNT, f"{account} {block}"))


def code_attempt(request: HttpRequest, user: User) -> Attempt:
    """Lets a code of this user's second factor be looked at. Raises TooMany where it isn't its turn."""
    device = known_device(request, user.pk)
    if is_signed_in(request):
        subject = f"session {request.session.session_key}"
    elif device:
        subject = f"{user.pk} device {device}"
    else:
        block = address_block(request)
        return _take(
            (limits.CODES, f"{user.pk} address {block}"),
            (limits.CODES_ELSEWHERE, f"{user.pk} {user.get_session_auth_hash()}"),
        )
    return _take((limits.CODES, subject), (limits.CODES_OF_DAY, subject))


def spend_code(user: User, code: str) -> None:
    """Takes a code that was right. Raises TooMany where it was taken before."""
    limits.SPENT_CODES.take(f"{user.pk} {normalize_user_code(code)}")


def failed(owner: User) -> None:
    """Counts the failures of an account from wherever they come, and says so in the log when they are many."""
    if limits.ATTACK.take(str(owner.pk)) == limits.ATTACK_FROM:
        log.error("account_attacked", account_id=owner.pk, wrong_passwords=limits.ATTACK_FROM, within="an hour")


def _take(*wanted: tuple[Limit, str]) -> Attempt:
    """Takes one of each, or none at all."""
    for limit, subject in wanted:
        limit.require(subject)
    taken: list[tuple[Limit, str]] = []
    for limit, subject in wanted:
        try:
            limit.take(subject)
        except limits.TooMany:
            Attempt(tuple(taken)).succeeded()
            raise
        taken.append((limit, subject))
    return Attempt(tuple(taken))


def owner_of(name: str, email: str) -> User | None:
    """The account that the name or the address is of, in whichever case it is typed."""
    users = [*filter_users_by_username(name)] if name else []
    return min(users, key=lambda user: user.pk, default=None) or mailboxes.at_sign_in(email)


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
