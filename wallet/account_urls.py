"""The account pages that the site has, by allauth's names for them. What allauth has beside these answers 404 (S11)."""

from allauth.account import views as allauth_views
from django.urls import path, re_path
from django.views.generic import RedirectView

from wallet.pages.shell import Section
from wallet.routes import FORM, OPEN, OPEN_FORM, Route
from wallet.views import accounts

urlpatterns = [
    path("login/", Route(allauth_views.login, facts=OPEN_FORM), name="account_login"),
    path("logout/", Route(allauth_views.logout, facts=OPEN_FORM), name="account_logout"),
    path("signup/", Route(accounts.SignUp.as_view(), facts=OPEN_FORM), name="account_signup"),
    path("inactive/", Route(accounts.Inactive.as_view(), facts=OPEN), name="account_inactive"),
    path("reauthenticate/", Route(accounts.Prove.as_view(), Section.SETTINGS, FORM), name="account_reauthenticate"),
    path("email/", Route(accounts.Address.as_view(), Section.SETTINGS, FORM), name="account_email"),
    path(
        "confirm-email/", Route(accounts.ConfirmationSent.as_view(), facts=OPEN), name="account_email_verification_sent"
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        Route(accounts.ConfirmAddress.as_view(), facts=OPEN_FORM),
        name="account_confirm_email",
    ),
    path(
        "password/change/",
        Route(accounts.ChangePassword.as_view(), Section.SETTINGS, FORM),
        name="account_change_password",
    ),
    # An account without a password gets its first one like a forgotten one: by mail.
    path(
        "password/set/",
        Route(RedirectView.as_view(pattern_name="account_reset_password"), facts=OPEN_FORM),
        name="account_set_password",
    ),
    path("password/reset/", Route(accounts.ResetPassword.as_view(), facts=OPEN_FORM), name="account_reset_password"),
    path("password/reset/done/", Route(accounts.ResetSent.as_view(), facts=OPEN), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        Route(accounts.ChoosePassword.as_view(), facts=OPEN_FORM),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        Route(accounts.PasswordChosen.as_view(), facts=OPEN),
        name="account_reset_password_from_key_done",
    ),
]
