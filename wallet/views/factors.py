"""Setting up and taking away second factors: django-allauth's views, with the way back to the page that asked."""

from textwrap import wrap
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse


class OnwardsMixin:
    """Keeps `next` through the form, and through the recovery codes that the first factor brings."""

    request: Any
    did_generate_recovery_codes: bool

    def get_success_url(self) -> str:
        onwards = get_next_redirect_url(self.request)
        if not self.did_generate_recovery_codes:
            return onwards or reverse("security")
        address = reverse("mfa_view_recovery_codes")
        return add_query_params(address, {"next": onwards}) if onwards else address

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"goes_on_to": get_next_redirect_url(self.request) or ""}


class RefusedMixin:
    """A form that is wrong is answered with 422, like every other."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


class SetUpCodes(RefusedMixin, OnwardsMixin, ActivateTOTPView):
    """The secret as a QR code and as text, and the first code as a proof that the app has it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"key": " ".join(wrap(context["form"].secret, 4))}  # as apps take it, and people read it


class AddPasskey(RefusedMixin, OnwardsMixin, AddWebAuthnView):
    """A passkey that can also sign in by itself."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"options": auth.begin_registration(self.request.user, passwordless=True)}


class RemovePasskey(RemoveWebAuthnView):
    """Takes a passkey away, but for the last factor of somebody who must have one."""

    def form_valid(self, form: Any) -> Any:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("security"))
        return super().form_valid(form)


class RecoveryCodes(ViewRecoveryCodesView):
    """The codes that are left, and the way on."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        onwards = get_next_redirect_url(self.request) or reverse("security")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"goes_on_to": onwards}


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """A fresh proof by passkey. One that is refused is said on the page, instead of leading away."""

    def form_invalid(self, form: Any) -> Any:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ConfirmByCode(RefusedMixin, ReauthenticateView):
    """A fresh proof by code."""


class SecondStep(RefusedMixin, AuthenticateView):
    """What signing in asks for after the password."""


class SignInByPasskey(LoginWebAuthnView):
    """What a passkey is asked, for the script on the page to sign in; and what it answered."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.accepts("application/json") or request.accepts("text/html"):
            return redirect("account_login")
        return JsonResponse({"request_options": auth.begin_authentication()})


second_step = SecondStep.as_view()
sign_in_by_passkey = SignInByPasskey.as_view()
confirm_by_code = ConfirmByCode.as_view()
confirm_by_passkey = ConfirmByPasskey.as_view()
set_up_codes = SetUpCodes.as_view()
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
recovery_codes = RecoveryCodes.as_view()
