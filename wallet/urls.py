from django.urls import path, register_converter
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from wallet.addresses import same_conversion, same_selection, the_settings, the_wallet
from wallet.pages.shell import Section
from wallet.references import REFERENCE
from wallet.routes import DEED, FORM, ONE_CLICK, OPEN, OPEN_FORM, OWN_DEED, OWN_PAGE, PAGE, Route
from wallet.views import (
    branding,
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
    movements,
    security_txt,
    settings,
    unsubscribe,
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

# Each route says who gets an answer to which methods (wallet.routes.Facts); tests/views/test_matrix.py holds it to that.
urlpatterns = [
    path("", Route(require_safe(RedirectView.as_view(pattern_name="wallet")), facts=OPEN), name="home"),
    path("wallet/", Route(wallet.wallet, Section.WALLET, PAGE), name="wallet"),
    path("wallet/movements/", Route(movements.movements, Section.WALLET, PAGE), name="movements"),
    path("wallet/movements.csv", Route(movements.movements_file, Section.WALLET, PAGE), name="movements_file"),
    path("wallet/small-balances/", Route(wallet.small_balances, facts=DEED, again=the_wallet), name="small_balances"),
    path("wallet/dust/", Route(dust.dust, Section.WALLET, FORM, same_selection), name="dust"),
    path("wallet/dust/estimate/", Route(dust.estimate, Section.WALLET, DEED, same_selection), name="estimate"),
    path("conversions/", Route(history.history, Section.HISTORY, PAGE), name="history"),
    path("conversions/export.csv", Route(export.export, Section.HISTORY, PAGE), name="export"),
    path(
        "conversions/<reference:reference>.json",
        Route(conversion_json.conversion_json, facts=OWN_PAGE),
        name="conversion_json",
    ),
    path(
        "conversions/<reference:reference>.csv",
        Route(conversion_csv.conversion_csv, facts=OWN_PAGE),
        name="conversion_csv",
    ),
    path(
        "conversions/<reference:reference>/",
        Route(conversions.conversion, Section.HISTORY, OWN_PAGE),
        name="conversion",
    ),
    path("conversions/<reference:reference>/running/", Route(history.running, facts=OWN_PAGE), name="running"),
    path(
        "conversions/<reference:reference>/confirm/",
        Route(conversions.confirm, Section.HISTORY, OWN_DEED, same_conversion),
        name="confirm",
    ),
    path(
        "conversions/<reference:reference>/renew/",
        Route(conversions.renew, Section.HISTORY, OWN_DEED, same_conversion),
        name="renew",
    ),
    path("demo/mail/", Route(demo_mail.demo_mail, facts=OPEN), name="demo_mail"),
    path("demo/mail/<slug:name>/", Route(demo_mail.demo_mail_html, facts=OPEN), name="demo_mail_html"),
    path("settings/", Route(settings.settings, Section.SETTINGS, FORM), name="settings"),
    path("settings/mails/", Route(settings.mails, facts=DEED, again=the_settings), name="mails"),
    path("settings/browser-zone/", Route(settings.browser_zone, facts=DEED, again=the_wallet), name="browser_zone"),
    path("branding.css", Route(branding.branding_css, facts=OPEN), name="branding_css"),
    path("branding.svg", Route(branding.branding_svg, facts=OPEN), name="branding_svg"),
    path("mails/stop/<str:word>/", Route(unsubscribe.unsubscribe, facts=OPEN_FORM), name="unsubscribe"),
    path("mails/stop/<str:word>/one-click/", Route(unsubscribe.one_click, facts=ONE_CLICK), name="one_click"),
    path("help/", Route(help.help, facts=OPEN), name="help"),
    path("healthz", Route(healthz.healthz, facts=OPEN), name="healthz"),
    path(".well-known/security.txt", Route(security_txt.security_txt, facts=OPEN), name="security_txt"),
    path("metrics", Route(metrics.metrics, facts=OPEN), name="metrics"),
]
