"""The account pages: allauth's views, each with a page of the site's own. The page to sign in, and out, is allauth's."""

from typing import Any

from allauth.account import views
from allauth.account.adapter import get_adapter
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from wallet import limits, mailboxes
from wallet.account_forms import LinkSpent
from wallet.pages import account_pages
from wallet.pages.account_pages import AccountEnd, AccountForm, AddressPage
from wallet.pages.buttons import Button
from wallet.requests import MAIL_FAILED, address_block


class Paged:
    """A view whose template prints one page object; a form that is wrong is answered with 422, like every other."""

    request: HttpRequest
    template_name = "account/form.html"

    def page(self, said: dict[str, Any]) -> AccountForm | AccountEnd:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return said | {"page": self.page(said)}

    def form_invalid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response

    @property
    def is_unsent(self) -> bool:
        return MAIL_FAILED in self.request.session


class Ending(Paged):
    template_name = "account/end.html"


def mailbox() -> str:
    """The address of the page with the demonstration's mails; empty where mails are sent."""
    return reverse("demo_mail") if settings.DEMO_MAIL else ""


class SignUp(Paged, views.SignupView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not get_adapter().is_open_for_signup(request):
            raise Http404
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except IntegrityError:  # somebody took the name a moment ago
            form.add_error("username", get_adapter().validation_error("username_taken"))
            return self.form_invalid(form)
        return response

    def page(self, said: dict[str, Any]) -> AccountForm:
        return account_pages.sign_up(said["form"], said["redirect_field_value"] or "")


class ConfirmationSent(Ending, views.EmailVerificationSentView):
    def page(self, said: dict[str, Any]) -> AccountEnd:
        return account_pages.confirmation_sent(is_unsent=self.is_unsent, mailbox=mailbox())


class ConfirmAddress(Ending, views.ConfirmEmailView):
    """GET asks, POST confirms; only then is somebody else signed out (P16)."""

    def logout_other_user(self, confirmation: Any) -> None:
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().post(*args, **kwargs)
        except Http404:
            self.object = None
            response = self.render_to_response(self.get_context_data())
        return response

    def page(self, said: dict[str, Any]) -> AccountEnd:
        if not said["confirmation"]:
            return account_pages.confirmation_spent()
        user = said["confirmation"].email_address.user
        if mailboxes.is_held(said["email"], besides=user):
            return account_pages.address_taken()
        return account_pages.confirm_address(said["email"], user.get_username())


@method_decorator(login_required, name="dispatch")
@method_decorator(rate_limit(action="manage_email"), name="dispatch")
class Address(Paged, views.EmailView):
    """The account's address. Looking at it writes nothing (P16); asking for another one wants a fresh proof (S1)."""

    template_name = "account/address.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self._did_send_verification_email = False
        if request.method == "POST":
            mailboxes.keep_given(request.user)  # type: ignore[arg-type]
        # Past allauth's own, which writes the row on every request, and as one that was never confirmed.
        response: HttpResponseBase = super(views.EmailView, self).dispatch(request, *args, **kwargs)
        return response

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        asked = {"asked_email": form.cleaned_data["email"]}
        get_adapter().send_notification_mail("account/email/email_change_asked", self.request.user, asked)
        return response

    def _action_send(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        response: HttpResponse | None = super()._action_send(request, *args, **kwargs)
        if not self._did_send_verification_email:
            messages.warning(
                request, _("We sent several mails just now. Wait a minute before you ask for another one.")
            )
        return response

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """There is one address: the one that was confirmed last."""

    def page(self, said: dict[str, Any]) -> AddressPage:
        user: Any = self.request.user
        return AddressPage(
            said["form"],
            _("Email address"),
            _("Use this address"),
            ways=[Button(_("Back to settings"), reverse("settings"), is_second=True)],
            current=mailboxes.current(user),
            waiting=mailboxes.waiting(user),
            is_unsent=self.is_unsent,
            mailbox=mailbox(),
        )


class ChangePassword(Paged, views.PasswordChangeView):
    def page(self, said: dict[str, Any]) -> AccountForm:
        return account_pages.change_password(said["form"])


class ResetPassword(Paged, views.PasswordResetView):
    def page(self, said: dict[str, Any]) -> AccountForm:
        return account_pages.reset_password(said["form"])

    def form_valid(self, form: Form) -> HttpResponse:
        """Raises TooMany where one place asks for many mails to one address, whether or not somebody has it."""
        limits.MAILS_ASKED.take(f"{form.cleaned_data['email']} {address_block(self.request)}")
        response: HttpResponse = super().form_valid(form)
        return response


class ResetSent(Ending, views.PasswordResetDoneView):
    def page(self, said: dict[str, Any]) -> AccountEnd:
        return account_pages.reset_sent(is_unsent=self.is_unsent, mailbox=mailbox())


class ChoosePassword(Paged, views.PasswordResetFromKeyView):
    """What the link in the mail leads to. Somebody else who is signed in here stays so until the password is saved."""

    def logout(self) -> None:
        if self.request.method == "POST":
            super().logout()

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except LinkSpent:
            self.reset_user = None
            response = self.render_to_response(self.get_context_data(token_fail=True))
        return response

    def get_template_names(self) -> list[str]:
        return [self.template_name if self.reset_user else "account/end.html"]

    def page(self, said: dict[str, Any]) -> AccountForm | AccountEnd:
        if not self.reset_user:
            return account_pages.link_spent()
        return account_pages.choose_password(said["form"], said["action_url"])


class PasswordChosen(Ending, views.PasswordResetFromKeyDoneView):
    def page(self, said: dict[str, Any]) -> AccountEnd:
        return account_pages.password_chosen()


class Prove(Paged, views.ReauthenticateView):
    """A fresh proof before what identifies the owner changes (S1, P21)."""

    def page(self, said: dict[str, Any]) -> AccountForm:
        others = [
            Button(_("Use a second factor"), one["url"], is_second=True)
            for one in said["reauthentication_alternatives"]
        ]
        return account_pages.prove(said["form"], said["redirect_field_value"] or "", others)


class Inactive(Ending, views.AccountInactiveView):
    def page(self, said: dict[str, Any]) -> AccountEnd:
        return account_pages.inactive()
