from django.urls import path, register_converter
from django.views.generic import RedirectView

from wallet.references import REFERENCE
from wallet.views import (
    conversion_csv,
    conversion_json,
    conversions,
    dust,
    export,
    healthz,
    help,  # noqa: A004
    history,
    settings,
    wallet,
)


class ReferenceConverter:
    """A conversion's public reference, like CV-7K2M-94QX."""

    regex = REFERENCE

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ReferenceConverter, "reference")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="wallet"), name="home"),
    path("wallet/", wallet.wallet, name="wallet"),
    path("wallet/small-balances/", wallet.small_balances, name="small_balances"),
    path("wallet/dust/", dust.dust, name="dust"),
    path("wallet/dust/estimate/", dust.estimate, name="estimate"),
    path("conversions/", history.history, name="history"),
    path("conversions/export.csv", export.export, name="export"),
    path("conversions/<reference:reference>.json", conversion_json.conversion_json, name="conversion_json"),
    path("conversions/<reference:reference>.csv", conversion_csv.conversion_csv, name="conversion_csv"),
    path("conversions/<reference:reference>/", conversions.conversion, name="conversion"),
    path("conversions/<reference:reference>/running/", history.running, name="running"),
    path("conversions/<reference:reference>/confirm/", conversions.confirm, name="confirm"),
    path("conversions/<reference:reference>/renew/", conversions.renew, name="renew"),
    path("settings/", settings.settings, name="settings"),
    path("settings/browser-zone/", settings.browser_zone, name="browser_zone"),
    path("help/", help.help, name="help"),
    path("healthz", healthz.healthz, name="healthz"),
]
