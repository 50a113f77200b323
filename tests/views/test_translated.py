"""No page says anything that a translator could not reach."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from dustsite.currencies import DEFAULT as CURRENCIES
from tests.support import factories
from tests.support.html import read
from wallet.models import Asset, Conversion, Opening

# What is said to people outside of the text: these, and what the script says from data attributes.
SAID = {"aria-label", "placeholder", "title", "alt"}
SILENT = {
    "data-in",
    "data-shows",
    "data-find",
    "data-sort",
    "data-direction",
    "data-passkey",
    "data-options",
    "data-source",
    "data-for",
    "data-renew",
    "data-seconds",
    "data-script",
    "data-focus",
}
UNSEEN = {"script", "style", "datalist", "svg"}
# Names, and what stands in the language of the market, of time zones and of operators.
NAMES = {"Dustsite", "BNB", "BTC", "mira", "Ethereum", "Dogecoin", "Euro", "Tether", "Bitcoin", "example", "testserver"}
NAMES |= {"Terra", "Classic", "English", "Deutsch", "demo", "conversions", "http", "com"}
NAMES |= {*factories.ASSETS, *CURRENCIES, "DOGEBTC", "ETHBTC", "BNBBTC"}


def marked(text):
    return f"⟦{text}⟧"


@pytest.fixture
def marks(monkeypatch):
    """Every text that went through translation stands in ⟦brackets⟧."""
    translation.gettext("")  # from here on the functions are there to be replaced
    translation.pgettext("", "")
    translation.ngettext("", "", 1)
    real = translation._trans  # noqa: SLF001  # the functions that whoever imported gettext calls
    monkeypatch.setattr(real, "gettext", lambda text: marked(text) if text else "")
    monkeypatch.setattr(real, "pgettext", lambda context, text: marked(text))
    monkeypatch.setattr(real, "ngettext", lambda one, many, count: marked(one if count == 1 else many))
    monkeypatch.setattr("wallet.formats.date_format", lambda moment, pattern: marked(f"{moment:%Y}"))


def said(element, is_seen=True):
    """Everything that it says to people, in its text and in its attributes."""
    for child in element.children:
        if isinstance(child, str):
            if is_seen:
                yield child
            continue
        for name, value in child.attributes.items():
            if name in SAID or (name.startswith("data-") and name not in SILENT):
                yield value
        yield from said(child, is_seen and child.name not in UNSEEN)


def unreachable(response):
    """The words of a page outside of all brackets."""
    words = " | ".join(said(read(response)))
    while re.search(r"⟦[^⟦⟧]*⟧", words):
        words = re.sub(r"⟦[^⟦⟧]*⟧", " ", words)
    words = re.sub(r"CV-[0-9A-Z]{4}-[0-9A-Z]{4}", " ", words)
    return set(re.findall(r"[^\W\d_]{3,}", words)) - NAMES


def test_the_customers_pages(signed_in, world, marks):
    Asset.objects.filter(code="USDT").update(status="delisted")
    factories.deposit(world.user, "USDT", "1")
    factories.deposit(world.user, "LUNC", "0.00001")
    factories.deposit(world.user, "BTC", "1")
    for path in (
        *("/wallet/", "/wallet/?q=nothing", "/wallet/?hide=1", "/wallet/?sort=name"),
        *("/wallet/dust/", "/wallet/dust/?asset=DOGE&asset=ETH&asset=EUR", "/conversions/", "/conversions/?from=x"),
        *("/conversions/?status=completed&asset=DOGE&from=2026-01-01&to=2026-12-31", "/settings/", "/help/"),
        *("/nothing/", "/accounts/logout/", "/conversions/?after=x"),
    ):
        assert unreachable(signed_in.get(path)) == set(), path
    assert unreachable(signed_in.post("/wallet/dust/", {})) == set()
    assert unreachable(signed_in.post("/wallet/dust/", {"asset": ["NOPE"]})) == set()
    assert unreachable(signed_in.post("/settings/", {"time_zone": "Mars", "theme": "", "language": "x"})) == set()
    htmx = {"HX-Request": "true"}
    for fields in ({"asset": "DOGE", "update": "1", "shown": "1"}, {"asset": "DOGE"}, {}):
        assert unreachable(signed_in.post("/wallet/dust/estimate/", fields, headers=htmx)) == set()


def test_every_state_of_a_conversion(signed_in, world, marks):
    factories.policy(fee_percent="1", interval_seconds=0)
    quote = world.quoted("DOGE")
    address = f"/conversions/{quote.reference}/"
    assert unreachable(signed_in.get(address)) == set()
    world.clock.tick(seconds=31)
    world.observe()
    assert unreachable(signed_in.get(address)) == set()
    assert unreachable(signed_in.post(f"{address}renew/", follow=True)) == set()
    running = world.confirmed("DOGE")
    assert unreachable(signed_in.get(f"/conversions/{running.reference}/")) == set()
    assert unreachable(signed_in.get("/conversions/")) == set()
    assert unreachable(signed_in.get("/wallet/")) == set()
    assert unreachable(signed_in.get("/wallet/dust/")) == set()
    world.clock.tick(seconds=20)
    assert unreachable(signed_in.get(f"/conversions/{running.reference}/")) == set()
    Conversion.objects.filter(pk=running.pk).update(
        status="failed",
        finished_at=world.clock.at,
        next_attempt_at=None,
        reason_code="attempts",
        reasons=[{"code": "attempts", "facts": {"attempts": 5}}],
    )
    assert unreachable(signed_in.get(f"/conversions/{running.reference}/")) == set()
    world.observe()
    for changes in ({"DOGE": "0.0000022"}, {"ETH": None}, {"DOGE": "0.00000201"}):
        world.observe(DOGE="0.000002", ETH="0.05")
        ended = world.settled("DOGE", "ETH", **changes)
        assert unreachable(signed_in.get(f"/conversions/{ended.reference}/")) == set()
        assert unreachable(signed_in.get("/wallet/")) == set()
    assert unreachable(signed_in.get("/conversions/")) == set()


def test_what_is_said_when_nothing_can_be_converted(signed_in, world, marks):
    close = Opening.objects.create
    planned = close(is_open=False, notice="⟦We are moving.⟧", closes_at=world.clock.at + timedelta(hours=1))
    assert unreachable(signed_in.get("/wallet/")) == set()
    close(is_open=False, notice="⟦We are moving.⟧", reopens_at=planned.closes_at)
    for path in ("/wallet/", "/wallet/dust/?asset=DOGE"):
        assert unreachable(signed_in.get(path)) == set()
    assert unreachable(signed_in.post("/wallet/dust/", {"asset": "DOGE"})) == set()
    world.observe(**dict.fromkeys(world.rates))
    for path in ("/wallet/", "/wallet/dust/"):
        assert unreachable(signed_in.get(path)) == set()
    signed_in.force_login(factories.user("demo"))
    for path in ("/wallet/", "/wallet/dust/", "/conversions/"):
        assert unreachable(signed_in.get(path)) == set()


def test_signing_in_and_the_pages_for_errors(client, db, marks):
    assert unreachable(client.get("/accounts/login/")) == set()
    assert unreachable(client.get("/nothing/")) == set()
    for headers in ({}, {"HX-Request": "true"}):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(factories.user(f"demo{len(headers)}"))
        assert unreachable(strict.post("/wallet/dust/", {}, headers=headers)) == set()


def test_the_account_pages(signed_in, client, world, settings, marks, tmp_path):
    settings.SIGN_UP = True
    settings.DEMO_MAIL = tmp_path  # not what a demonstration in this folder has sent
    wrong = {"action_add": "1", "email": "", "password": "", "password1": "", "oldpassword": ""}
    for path in ("email/", "password/change/", "reauthenticate/", "logout/"):
        assert unreachable(signed_in.get(f"/accounts/{path}")) == set(), path
        if path != "logout/":
            assert unreachable(signed_in.post(f"/accounts/{path}", wrong)) == set(), path
    signed_in.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    page = signed_in.post("/accounts/email/", wrong | {"email": "mira@example.org"}, follow=True)
    assert unreachable(page) <= {"org"}
    nobody = Client()
    for path in (
        *("signup/", "inactive/", "confirm-email/", "confirm-email/x/", "password/reset/", "password/reset/done/"),
        *("password/reset/key/1-x/", "password/reset/key/done/"),
    ):
        assert unreachable(nobody.get(f"/accounts/{path}")) == set(), path
    assert unreachable(nobody.post("/accounts/signup/", wrong)) == set()
    assert unreachable(nobody.get("/demo/mail/")) == set()
