"""The addresses of second factors, sessions and what happened to an account. django-allauth leads to them by these names."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, path, register_converter
from django.urls.converters import IntConverter

from wallet.pages.shell import Section
from wallet.routes import DEED, FORM, OPEN_FORM, PAGE, Facts, Route
from wallet.views import factors, security


class RowConverter(IntConverter):
    """A row's number, no longer than databases have them."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")


def setting(address: str, view: Callable[..., Any], facts: Facts, *names: str) -> list[URLPattern]:
    """A page of the account's security. What django-allauth has several pages for, and the site one, has several names."""
    return [path(f"settings/security/{address}", Route(view, Section.SETTINGS, facts), name=name) for name in names]


urlpatterns = [
    *setting("", security.security, PAGE, "mfa_index", "mfa_list_webauthn", "usersessions_list", "security"),
    *setting("codes/", factors.set_up_codes, FORM, "mfa_activate_totp"),
    *setting("codes/off/", totp.deactivate_totp, FORM, "mfa_deactivate_totp"),
    *setting("recovery-codes/", factors.recovery_codes, PAGE, "mfa_view_recovery_codes"),
    *setting("recovery-codes/new/", recovery_codes.generate_recovery_codes, FORM, "mfa_generate_recovery_codes"),
    *setting("recovery-codes.txt", recovery_codes.download_recovery_codes, PAGE, "mfa_download_recovery_codes"),
    *setting("passkeys/new/", factors.add_passkey, FORM, "mfa_add_webauthn"),
    *setting("passkeys/<row:pk>/", webauthn.edit_webauthn, FORM, "mfa_edit_webauthn"),
    *setting("passkeys/<row:pk>/remove/", factors.remove_passkey, FORM, "mfa_remove_webauthn"),
    *setting("sessions/<row:number>/end/", security.end_session, DEED, "end_session"),
    *setting("sessions/end-others/", security.end_others, DEED, "end_other_sessions"),
    path("accounts/login/code/", Route(factors.second_step, facts=OPEN_FORM), name="mfa_authenticate"),
    path("accounts/login/passkey/", Route(factors.sign_in_by_passkey, facts=OPEN_FORM), name="mfa_login_webauthn"),
    path("accounts/confirm/code/", Route(factors.confirm_by_code, facts=FORM), name="mfa_reauthenticate"),
    path(
        "accounts/confirm/passkey/", Route(factors.confirm_by_passkey, facts=FORM), name="mfa_reauthenticate_webauthn"
    ),
]
