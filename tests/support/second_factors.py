"""Codes as an app makes them, people who have one, and fresh proofs."""

import json
import time
from typing import Any

from allauth.account.internal.userkit import user_id_to_str
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client

from tests.support.passkeys import Passkey, text
from wallet.models import SecurityEvent

SIGN_IN = "/accounts/login/"
PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


def sign_in(client: Client, name: str = "mira", agent: str = FIREFOX, **fields: str) -> Any:
    """The page to which signing in with a name and a password leads."""
    details = {"login": name, "password": PASSWORD, **fields}
    return client.post(SIGN_IN, details, follow=True, headers={"User-Agent": agent})


def kinds(user: User) -> list[str]:
    """What happened to the user's account, the newest first."""
    return list(SecurityEvent.objects.of(user).values_list("kind", flat=True))


def code(secret: str) -> str:
    """What an app with this key shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def wrong_code(secret: str) -> str:
    """One that no app with this key shows about now."""
    near = {format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)) for step in range(-3, 4)}
    return next(digits for digits in (f"{number:06}" for number in range(10)) if digits not in near)


def give_codes(user: User) -> str:
    """Sets up codes from an app for the user, and recovery codes; the key."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return str(secret)


def give_passkey(user: User, name: str = "Phone", passkey: Passkey | None = None) -> Authenticator:
    """A passkey of the user, of this authenticator or of one that nobody has."""
    passkey = passkey or Passkey()
    asked = {"publicKey": {"user": {"id": text(user_pk_to_url_str(user).encode())}, "challenge": text(b"asked")}}
    data = {"name": name, "credential": json.loads(passkey.made(json.dumps(asked)))}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def recovery_codes(user: User) -> list[str]:
    """Those that are left."""
    codes: list[str] = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()
    return codes


def prove(client: Client, user: User, method: str = "password", *, seconds_ago: int = 0) -> None:
    """A proof that the signed-in client's user gave so long ago."""
    session = client.session
    record = {"method": method, "at": time.time() - seconds_ago, "reauthenticated": True}
    session["account_authentication_methods"] = [record]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()


def secured(user: User, *, is_fresh: bool, has_codes: bool) -> dict[str, str]:
    """Gives the user second factors; the name and a session, with a fresh proof, beside which there is one on a phone."""
    give_passkey(user)
    if has_codes:
        give_codes(user)
    for agent in (PHONE, FIREFOX):
        client = Client()
        client.force_login(user)
        key = client.session.session_key
        UserSession.objects.create(user=user, session_key=key, ip="192.0.2.17", user_agent=agent)
    if is_fresh:
        prove(client, user, "mfa")
    return {"name": user.username, "session": client.cookies["sessionid"].value}
