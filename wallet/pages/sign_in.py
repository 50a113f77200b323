"""What the page to sign in says; the account pages' views are allauth's."""

from dataclasses import dataclass

from django.conf import settings
from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from wallet.formats import duration
from wallet.pages.account_pages import Line
from wallet.pages.demonstration import who_signs_in
from wallet.pages.problems import Problem
from wallet.sessions import IDLE, Over


@dataclass(frozen=True, slots=True)
class SignIn:
    """`goes_on_to` is the address that asked to sign in first, and `ended` why a session did; empty where none did."""

    form: Form
    goes_on_to: str
    ended: str = ""

    @property
    def title(self) -> str:
        return _("Error: Sign in") if self.form.errors else _("Sign in")

    @property
    def problems(self) -> list[Problem]:
        return [Problem(str(words)) for errors in self.form.errors.values() for words in errors]

    @property
    def lede(self) -> str:
        """Why one is asked to sign in, for those who were on their way to somewhere else than the first page."""
        if self.form.errors:
            return ""
        if self.ended == Over.IDLE:
            return _("You were signed out after %(time)s without activity. Sign in to carry on.") % {
                "time": duration(int(IDLE.total_seconds()))
            }
        if self.ended == Over.OLD:
            return _("You were signed out, because a session lasts no longer. Sign in to carry on.")
        if self.goes_on_to in ("", reverse("wallet")):
            return ""
        return _("Sign in to carry on.")

    @property
    def demonstration(self) -> str:
        return who_signs_in()

    @property
    def passkey_label(self) -> str:
        return _("Sign in with a passkey")

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
