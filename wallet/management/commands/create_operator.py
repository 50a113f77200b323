from argparse import ArgumentParser
from collections.abc import Callable
from getpass import getpass
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from qrcode.main import QRCode

from wallet import mailboxes, roles, staff_log, user_names

TRIES = 3


class Command(BaseCommand):
    help = (
        "Make an operator, who may do everything or has one role: asks for a name, an address, a password, and a code"
        " from an app."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=roles.ROLES, help="what the operator may do; without it everything")

    def handle(self, *args: Any, **options: Any) -> None:
        role: str | None = options["role"]
        try:
            user = self._user(is_superuser=role is None)
            secret = self._secret(user)
            codes = self._made(user, secret, role)
        except (EOFError, KeyboardInterrupt) as error:
            raise CommandError("Nobody was made.") from error
        except IntegrityError as error:
            raise CommandError("Somebody took the user name meanwhile. Nobody was made.") from error
        self.stdout.write("Recovery codes, each good for one sign-in without the app. Keep them where you find them:")
        self.stdout.write("\n".join(f"  {code}" for code in codes))
        self.stdout.write(f"{user} can sign in now.")

    def _made(self, user: User, secret: str, role: str | None) -> list[str]:
        """The operator with the app and with the recovery codes that are returned, or nothing. Raises IntegrityError where
        somebody has the name by now."""
        with transaction.atomic():
            user.save()
            user.groups.set(Group.objects.filter(name=role))
            staff_log.record_command(action="create_operator", on=user, after={"role": role or "superuser"})
            TOTP.activate(user, secret)
            unused: list[str] = RecoveryCodes.activate(user).get_unused_codes()
            return unused

    def _user(self, *, is_superuser: bool) -> User:
        """Who it shall be, not saved yet."""
        user = User(is_staff=True, is_superuser=is_superuser)
        user.username = self._asked("User name: ", lambda name: _check_name(user, name))
        user.email = self._asked("Email address: ", lambda address: _check_address(user, address)).lower()
        password = self._asked("Password: ", lambda typed: validate_password(typed, user), is_hidden=True)
        if getpass("Password again: ") != password:
            raise CommandError("The two passwords are not the same. Nobody was made.")
        user.set_password(password)
        return user

    def _secret(self, user: User) -> str:
        """The key of an app that has shown a right code."""
        secret: str = generate_totp_secret()
        code = QRCode()
        code.add_data(get_adapter().build_totp_url(user, secret))
        self.stdout.write("Scan this with an authenticator app, or type the key into it.")
        code.print_ascii(out=self.stdout, invert=True)
        self.stdout.write(f"Key: {secret}")

        def check(typed: str) -> None:
            if not validate_totp_code(secret, typed):
                raise ValidationError("This code is not right. Type the one that the app shows now.")

        self._asked("Code: ", check)
        return secret

    def _asked(self, label: str, check: Callable[[str], None], *, is_hidden: bool = False) -> str:
        """An answer that passes the check, asked for a few times."""
        for _ in range(TRIES):
            answer = getpass(label) if is_hidden else input(label).strip()
            try:
                check(answer)
            except ValidationError as error:
                self.stderr.write(" ".join(error.messages))
            else:
                return answer
        raise CommandError("Nobody was made.")


def _check_name(user: User, name: str) -> None:
    user.username = name
    user.clean_fields(exclude=["password", "email"])
    user_names.check(name)


def _check_address(user: User, address: str) -> None:
    user.email = address
    user.clean_fields(exclude=["password"])
    if not address:
        raise ValidationError("An operator needs an address.")
    if mailboxes.is_held(address):
        raise ValidationError("Another account has this address.")
