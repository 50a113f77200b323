"""The forms of the account pages: allauth's, with the site's words, and one field for a new password.

Whoever wants to see what they typed shows it; whoever mistyped it unseen resets it.
"""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from wallet import limits, mailboxes, user_names
from wallet.requests import address_block

ADDRESS_NEEDED = _("Enter an email address, like name@example.com.")
ADDRESS_LENGTH = 254  # characters, of allauth's column and Django's
NO_SUCH_SIGN = _("There is a sign in it that nobody can type. Enter it anew.")
PASSWORD_HINT = _(
    "At least 12 characters. Several words that have nothing to do with each other are easy to remember and hard to guess."
)


def words(field: forms.Field, label: Any, needed: Any, hint: Any = "") -> None:
    """How the field is called, what is said where it is empty, and what helps to fill it in."""
    field.label, field.help_text = label, hint
    field.error_messages = {**field.error_messages, "required": needed, "null_characters_not_allowed": NO_SUCH_SIGN}


def address_words(field: forms.Field, label: Any, hint: Any = "") -> None:
    """The same of a field for an address, which is no longer than the database keeps it."""
    words(field, label, ADDRESS_NEEDED, hint)
    field.error_messages |= dict.fromkeys(("invalid", "max_length", "null_characters_not_allowed"), ADDRESS_NEEDED)
    field.validators.append(MaxLengthValidator(ADDRESS_LENGTH))


class SignInForm(allauth_forms.LoginForm):
    def user_credentials(self) -> dict[str, str]:
        """The name, or that of the account whose address it is, and the password. It is looked at once, whether somebody has
        the address or not: allauth would look twice, and at everybody who waits with it, and the time would tell."""
        credentials: dict[str, str] = super().user_credentials()
        account = mailboxes.at_sign_in(credentials.pop("email", ""))
        if account:
            credentials["username"] = account.get_username()
        return credentials


class SignUpForm(allauth_forms.SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words(
            self.fields["username"],
            _("User name"),
            _("Choose a user name."),
            _("Letters, digits and - _ . + without spaces. It can’t be changed later."),
        )
        address_words(self.fields["email"], _("Email address"), _("We send you a link to confirm it."))
        words(self.fields["password1"], _("Password"), _("Choose a password."), PASSWORD_HINT)

    def clean_username(self) -> str:
        """Nobody takes somebody's address for a name: one signs in with either."""
        if "@" in self.cleaned_data["username"]:
            raise forms.ValidationError(_("A user name has no @ in it."))
        user_names.check(self.cleaned_data["username"])
        return str(super().clean_username())

    def validate_unique_email(self, value: str) -> str:
        """An address that others only signed up with is nobody's yet."""
        self.account_already_exists = mailboxes.is_held(value)
        return str(get_adapter().validate_unique_email(value))

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Where somebody has the address nothing is made, in the time that making takes. Raises TooMany where one place asks
        for many mails to one address."""
        limits.MAILS_ASKED.take(f"{self.cleaned_data['email']} {address_block(request)}")
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        made: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return made

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """The user and the address, both or none. Raises IntegrityError where somebody took the name a moment ago.

        Without the row of the address the account would count as one that the operator made; allauth writes none where
        another account waits with the same address.
        """
        user: User = super().save(request)
        EmailAddress.objects.get_or_create(user=user, email=user.email.lower(), defaults={"primary": True})
        return user


class AddressForm(allauth_forms.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address_words(self.fields["email"], _("New email address"), _("It takes effect once you confirm it."))

    def clean_email(self) -> str:
        mine = self.user and mailboxes.current(self.user)
        if self.cleaned_data["email"] == (mine or "").lower():
            raise forms.ValidationError(_("This is your address already."))
        return str(super().clean_email())


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        words(self.fields["oldpassword"], _("Current password"), _("Enter your current password."))
        words(self.fields["password1"], _("New password"), _("Choose a new password."), PASSWORD_HINT)


class LinkSpent(Exception):
    """The password was changed while a new one was typed, so the link to it is good no more."""


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        words(self.fields["password1"], _("New password"), _("Choose a new password."), PASSWORD_HINT)

    def save(self) -> None:
        """Once for a link, however often it is sent at the same moment. Raises LinkSpent."""
        with transaction.atomic():
            now = User.objects.select_for_update(no_key=True).get(pk=self.user.pk)
            if now.password != self.user.password:
                raise LinkSpent
            super().save()


class ProofForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words(self.fields["password"], _("Password"), _("Enter your password."))


class ResetForm(allauth_forms.ResetPasswordForm):
    """Asks for a link to a new password. Every address gets a mail, each with what is true of it, so that neither the
    answer nor the time it takes says whether there is an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address_words(self.fields["email"], _("Email address"))

    def clean_email(self) -> str:
        email = str(super().clean_email())
        self.users = mailboxes.owners(email)
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Sends the link; to who signed up and never confirmed the address, first the one that confirms it."""
        email = self.cleaned_data["email"]
        waiting = None if self.users else mailboxes.signed_up(email)
        if waiting:
            send_verification_email_to_address(request, waiting)
            return str(email)
        return str(super().save(request, **kwargs))
