"""What the page to sign in says; the account pages' views are allauth's."""

from dataclasses import dataclass

from django.conf import settings
from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from wallet.pages.account_pages import Line
from wallet.pages.problems import Problem


@dataclass(frozen=True, slots=True)
class SignIn:
    """`goes_on_to` is the address that asked to sign in first; empty where none did."""

    form: Form
    goes_on_to: str

    @property
    def title(self) -> str:
        return _("Error: Sign in") if self.form.errors else _("Sign in")

    @property
    def problems(self) -> list[Problem]:
        return [Problem(str(words)) for errors in self.form.errors.values() for words in errors]

    @property
    def lede(self) -> str:
        """Why one is asked to sign in, for those who were on their way to somewhere else than the first page."""
        if self.form.errors or self.goes_on_to in ("", reverse("wallet")):
            return ""
        return _("You’re signed out. Sign in to carry on.")

    @property
    def name(self) -> str:
        """What was typed as the user's name."""
        return self.form["login"].value() or ""

    @property
    def password(self) -> Line:
        return Line(self.form["password"])

    @property
    def sign_up(self) -> str:
        """Where one signs up; empty where the operator makes the accounts."""
        return reverse("account_signup") if settings.SIGN_UP else ""
