from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

# Operators sign in through the same page as customers, with its limits on attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("accounts/", include("wallet.account_urls")),
    # One page changes passwords: with its limits, a fresh proof and a mail to the owner.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("", include("wallet.factor_urls")),
    path("", include("wallet.urls")),
]

handler400 = "wallet.views.errors.bad_request"
handler403 = "wallet.views.errors.forbidden"
handler404 = "wallet.views.errors.not_found"
handler429 = "wallet.views.errors.too_many"  # allauth asks for this one
handler500 = "wallet.views.errors.fault"
