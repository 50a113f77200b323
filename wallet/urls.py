from django.urls import path, register_converter
from django.views.generic import RedirectView

from wallet.addresses import same_conversion, same_selection, the_wallet
from wallet.pages.shell import Section
from wallet.references import REFERENCE
from wallet.routes import Route
from wallet.views import (
    conversion_csv,
    conversion_json,
    conversions,
    demo_mail,
    dust,
    export,
    healthz,
    help,  # noqa: A004
    history,
    metrics,
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
    path("wallet/", Route(wallet.wallet, Section.WALLET), name="wallet"),
    path("wallet/small-balances/", Route(wallet.small_balances, again=the_wallet), name="small_balances"),
    path("wallet/dust/", Route(dust.dust, Section.WALLET, again=same_selection), name="dust"),
    path("wallet/dust/estimate/", Route(dust.estimate, Section.WALLET, again=same_selection), name="estimate"),
    path("conversions/", Route(history.history, Section.HISTORY), name="history"),
    path("conversions/export.csv", Route(export.export, Section.HISTORY), name="export"),
    path("conversions/<reference:reference>.json", conversion_json.conversion_json, name="conversion_json"),
    path("conversions/<reference:reference>.csv", conversion_csv.conversion_csv, name="conversion_csv"),
    path("conversions/<reference:reference>/", Route(conversions.conversion, Section.HISTORY), name="conversion"),
    path("conversions/<reference:reference>/running/", history.running, name="running"),
    path(
        "conversions/<reference:reference>/confirm/",
        Route(conversions.confirm, Section.HISTORY, again=same_conversion),
        name="confirm",
    ),
    path(
        "conversions/<reference:reference>/renew/",
        Route(conversions.renew, Section.HISTORY, again=same_conversion),
        name="renew",
    ),
    path("demo/mail/", demo_mail.demo_mail, name="demo_mail"),
    path("settings/", Route(settings.settings, Section.SETTINGS), name="settings"),
    path("settings/browser-zone/", Route(settings.browser_zone, again=the_wallet), name="browser_zone"),
    path("help/", help.help, name="help"),
    path("healthz", healthz.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
]
