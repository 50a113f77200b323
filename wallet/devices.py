"""The devices that an account was signed in on before: there its owner passes, whatever strangers try (S3)."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "__Host-device" if settings.PRODUCTION else "device"
SALT = "wallet.devices"
SECONDS = 180 * 86_400
ACCOUNTS = 5  # that one browser may be known to


def known_device(request: HttpRequest, user_pk: int | None) -> str:
    """The device's id where this account was signed in on it before; empty elsewhere."""
    device, accounts = _read(request)
    return device if user_pk is not None and user_pk in accounts else ""


def remember(request: HttpRequest, response: HttpResponseBase, user_pk: int) -> None:
    """From now on the account knows this device. The cookie signs nobody in; it is only counted by itself."""
    device, accounts = _read(request)
    accounts = [user_pk, *(one for one in accounts if one != user_pk)][:ACCOUNTS]
    value = signing.dumps([device or secrets.token_urlsafe(12), accounts], salt=SALT)
    response.set_cookie(COOKIE, value, SECONDS, secure=settings.PRODUCTION, httponly=True, samesite="Lax")


def _read(request: HttpRequest) -> tuple[str, list[int]]:
    try:
        device, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return "", []
    return device, accounts
