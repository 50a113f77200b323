"""Writes down what happens to an account's security, as django-allauth tells of it, for its owner to read (P17, P21)."""

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from wallet import sessions
from wallet.logs import get_logger
from wallet.models import SecurityEvent
from wallet.requests import client_address

log = get_logger(__name__)

Kind = SecurityEvent.Kind


def write(kind: SecurityEvent.Kind, user: User, request: HttpRequest | None, about: str = "") -> None:
    """Notes an event, with the address and the browser that it came from, as far as they are known; in the log too (P17)."""
    address = client_address(request) if request is not None else ""
    if kind not in (Kind.SIGNED_IN, Kind.SIGNED_OUT):  # the log has lines of their own for these
        log.info("security_event", kind=kind.value, account_id=user.pk)
    SecurityEvent.objects.create(
        user=user, kind=kind, about=about[:254], address=address or None, device=device_of(request)
    )


def is_asked(request: HttpRequest | None) -> bool:
    """Whether somebody's browser asked; a command signs nobody in from anywhere."""
    return request is not None and "REMOTE_ADDR" in request.META


def device_of(request: HttpRequest | None) -> str:
    """What the browser says that it is: at most 200 characters, without those that no text may have."""
    said = request.META.get("HTTP_USER_AGENT", "") if request else ""
    return "".join(character for character in said if character.isprintable())[:200]


def connect() -> None:
    """Begins to listen. Once, when the site starts."""
    auth.user_logged_in.connect(on_sign_in)
    auth.user_logged_out.connect(on_sign_out)
    for signal, kind in (
        (account.password_changed, Kind.PASSWORD_CHANGED),
        (account.password_set, Kind.PASSWORD_CHANGED),
        (account.password_reset, Kind.PASSWORD_RESET),
    ):
        signal.connect(_writer(kind), weak=False)
    account.email_added.connect(on_email_added)
    account.email_removed.connect(on_email_removed)
    account.email_changed.connect(on_email_changed)
    account.email_confirmed.connect(on_email_confirmed)
    mfa.authenticator_added.connect(on_factor_added)
    mfa.authenticator_removed.connect(on_factor_removed)
    mfa.authenticator_reset.connect(on_codes_made)
    mfa.authenticator_used.connect(on_factor_used)
    mfa.authentication_failed.connect(_writer(Kind.CODE_REFUSED), weak=False)


def _writer(kind: SecurityEvent.Kind) -> Any:
    def receiver(request: HttpRequest, user: User, **signal: Any) -> None:
        write(kind, user, request)

    return receiver


def on_sign_in(request: HttpRequest, user: User, **signal: Any) -> None:
    """A session begins. Of a device that the account has not seen, its owner is told by mail."""
    sessions.begin(request.session)
    is_first = not SecurityEvent.objects.filter(user=user, kind__in=SecurityEvent.SIGN_INS).exists()
    is_known = SecurityEvent.objects.knows(user, device_of(request))
    if is_known or is_first or not is_asked(request):
        write(Kind.SIGNED_IN, user, request)
        return
    write(Kind.NEW_DEVICE, user, request)
    get_adapter().send_notification_mail("wallet/email/new_device", user)


def on_sign_out(request: HttpRequest, user: User | None, **signal: Any) -> None:
    if user is not None:
        write(Kind.SIGNED_OUT, user, request)


def on_email_added(request: HttpRequest, email_address: Any, **signal: Any) -> None:
    """The address says whose it is: whoever confirms it need not be signed in."""
    write(Kind.EMAIL_ADDED, email_address.user, request, str(email_address.email))


def on_email_removed(request: HttpRequest, email_address: Any, **signal: Any) -> None:
    write(Kind.EMAIL_REMOVED, email_address.user, request, str(email_address.email))


def on_email_changed(request: HttpRequest, from_email_address: Any, to_email_address: Any, **signal: Any) -> None:
    """Who signs up has none before: that one is confirmed, and changes nothing."""
    if from_email_address is not None:
        write(Kind.EMAIL_CHANGED, to_email_address.user, request, str(to_email_address.email))


def on_email_confirmed(request: HttpRequest, email_address: Any, **signal: Any) -> None:
    write(Kind.EMAIL_CONFIRMED, email_address.user, request, str(email_address.email))


def on_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        write(Kind.FACTOR_ADDED, user, request, factor_name(authenticator))


def on_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        write(Kind.FACTOR_REMOVED, user, request, factor_name(authenticator))


def on_codes_made(request: HttpRequest, user: User, **signal: Any) -> None:
    write(Kind.CODES_MADE, user, request)


def on_factor_used(request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        write(Kind.CODE_USED, user, request)


def factor_name(authenticator: Authenticator) -> str:
    """A passkey's own name, or what codes are called."""
    return _("Codes from an app") if authenticator.type == Authenticator.Type.TOTP else str(authenticator)
