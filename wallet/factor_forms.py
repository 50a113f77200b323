"""The forms of second factors, with the site's words and fields; what they check is django-allauth's."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from wallet import attempts, limits

NOT_ACCEPTED = _("This passkey wasn’t accepted. Try again.")
# What reading a credential raises that nobody's authenticator made.
UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError, TypeError, ValueError),
    struct.error,
)


class CredentialField(forms.JSONField):
    """What the script of passkeys fills in. It is never sent back, and what is nested without end is no credential."""

    widget = forms.HiddenInput
    default_error_messages = {"required": NOT_ACCEPTED, "invalid": NOT_ACCEPTED}

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:
            raise forms.ValidationError(NOT_ACCEPTED, code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


@contextmanager
def reading_a_credential() -> Iterator[None]:
    """Whatever is wrong with it is the same to whoever sent it."""
    try:
        yield
    except forms.ValidationError as error:
        raise forms.ValidationError(NOT_ACCEPTED) if error.code == "incorrect_code" else error from error
    except UNREADABLE as error:
        raise forms.ValidationError(NOT_ACCEPTED) from error


def code_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Digits; whatever a password manager or a phone fills in."""
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=forms.TextInput(attributes),
        error_messages={
            "required": _("Type the code."),
            "max_length": _("A code has 6 digits, a recovery code 8."),
        },
    )


def spend(user: Any, code: str) -> None:
    """Once is enough of a code that was right; again it is as wrong as any other (ASVS 6.5.1)."""
    try:
        attempts.spend_code(user, code)
    except limits.TooMany:
        raise get_adapter().validation_error("incorrect_code") from None


class CountedMixin:
    """Counts what is guessed, from before it is looked at. Raises TooMany where it isn't its turn."""

    user: Any

    def clean_code(self) -> str:
        attempt = attempts.code_attempt(context.request, self.user)
        code: str = super().clean_code()  # type: ignore[misc]
        spend(self.user, code)
        attempt.succeeded()
        return code


class CodeForm(CountedMixin, AuthenticateForm):
    """The second step of signing in."""

    code = code_field(_("Code"), _("The 6 digits in your app, or one of your recovery codes."))


class ProofForm(CountedMixin, ReauthenticateForm):
    """A fresh proof by somebody who is signed in."""

    code = code_field(_("Code"), _("The 6 digits in your app, or one of your recovery codes."))


class FirstCodeForm(ActivateTOTPForm):
    """The first code of an app that was just set up."""

    code = code_field(_("Code"), _("The 6 digits that the app shows now."))

    def clean_code(self) -> str:
        code: str = super().clean_code()
        spend(self.user, code)
        return code


class PasskeyForm(AddWebAuthnForm):
    """A new passkey. It always asks for the finger, face or PIN of its owner, so that it signs in by itself."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        help_text=_("To tell it from others, like “Phone”."),
        error_messages={"max_length": _("A name has 60 characters at most.")},
    )
    credential = CredentialField()
    passwordless = forms.BooleanField(required=False)

    def clean_passwordless(self) -> bool:
        """It may sign in by itself, whatever was sent."""
        return True

    def clean(self) -> dict[str, Any]:
        try:
            with reading_a_credential():
                super().clean()
        except forms.ValidationError as error:
            self.add_error("credential", error)
        return dict(self.cleaned_data)


class PasskeyStepForm(AuthenticateWebAuthnForm):
    """A passkey as the second step of signing in."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        with reading_a_credential():
            return super().clean_credential()


class PasskeySignInForm(LoginWebAuthnForm):
    """A passkey that signs in by itself."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        with reading_a_credential():
            return super().clean_credential()


class PasskeyProofForm(ReauthenticateWebAuthnForm):
    """A passkey as a fresh proof."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        with reading_a_credential():
            return super().clean_credential()


class PasskeyNameForm(EditWebAuthnForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        error_messages={
            "required": _("Type a name."),
            "max_length": _("A name has 60 characters at most."),
        },
    )
