"""The account pages that the site has, by allauth's names for them. What allauth has beside these answers 404 (S11)."""

from allauth.account import views as allauth_views
from django.urls import path, re_path
from django.views.generic import RedirectView

from wallet.pages.shell import Section
from wallet.routes import Route
from wallet.views import accounts

urlpatterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("signup/", accounts.SignUp.as_view(), name="account_signup"),
    path("inactive/", accounts.Inactive.as_view(), name="account_inactive"),
    path("reauthenticate/", Route(accounts.Prove.as_view(), Section.SETTINGS), name="account_reauthenticate"),
    path("email/", Route(accounts.Address.as_view(), Section.SETTINGS), name="account_email"),
    path("confirm-email/", accounts.ConfirmationSent.as_view(), name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", accounts.ConfirmAddress.as_view(), name="account_confirm_email"),
    path(
        "password/change/",
        Route(accounts.ChangePassword.as_view(), Section.SETTINGS),
        name="account_change_password",
    ),
    # An account without a password gets its first one like a forgotten one: by mail.
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("password/reset/", accounts.ResetPassword.as_view(), name="account_reset_password"),
    path("password/reset/done/", accounts.ResetSent.as_view(), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.ChoosePassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", accounts.PasswordChosen.as_view(), name="account_reset_password_from_key_done"),
]
