import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from tests.support.html import read
from wallet.models import Asset, Conversion, HouseAccount, HouseBalance, Opening, Policy

READ_ONLY = ["conversion", "line", "transaction", "entry", "account", "houseaccount", "price", "customer", "pulse"]


@pytest.fixture
def operator(client, world):
    world.settled("DOGE")
    client.force_login(User.objects.create_superuser("admin"))
    return client


def models():
    return [model for model in admin.site._registry if model._meta.app_label == "wallet"]


def test_all_models_are_registered():
    # What the house holds is shown with its accounts.
    assert {*models(), HouseBalance} == {*apps.get_app_config("wallet").get_models(), HouseAccount}


def test_what_the_house_holds_is_listed_in_a_constant_number_of_queries(operator):
    with CaptureQueriesContext(connection) as few:
        page = operator.get("/admin/wallet/houseaccount/?kind__exact=treasury").content.decode()
    assert "100.000000" in page  # the DOGE that it took
    assert "-0.02000000" in page  # the BNB that it gave and is short of
    for code in ("BTC", "USDT", "LUNC"):
        factories.deposit(User.objects.get(username="mira"), code, "1")
    with CaptureQueriesContext(connection) as many:
        operator.get("/admin/wallet/houseaccount/")
    assert len(many) == len(few)


@pytest.mark.parametrize("name", [*READ_ONLY, "asset", "policy", "opening"])
def test_every_list_and_every_row_can_be_opened(operator, name):
    listing = operator.get(f"/admin/wallet/{name}/")
    assert listing.status_code == 200
    model = next(model for model in models() if model._meta.model_name == name)
    for row in admin.site._registry[model].get_queryset(listing.wsgi_request)[:3]:
        assert operator.get(f"/admin/wallet/{name}/{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_p14_money_and_its_history_are_read_only_for_a_superuser(operator, name):
    """P14: not in the admin; not by its addresses, not by its actions."""
    model = next(model for model in models() if model._meta.model_name == name)
    row = model._default_manager.first()
    before = list(model._default_manager.order_by("pk").values_list())
    assert operator.get(f"/admin/wallet/{name}/add/").status_code == 403
    if row is not None:
        assert (
            operator.post(f"/admin/wallet/{name}/{row.pk}/change/", {"units": "1", "status": "stopped"}).status_code
            == 403
        )
        assert operator.post(f"/admin/wallet/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        operator.post(f"/admin/wallet/{name}/", action)
    assert list(model._default_manager.order_by("pk").values_list()) == before


def test_an_asset_is_delisted_here(operator):
    asset = Asset.objects.get(code="ETH")
    fields = {
        "code": "ETH",
        "name": "Ethereum",
        "status": "delisted",
        "scale": 8,
        "delisted_on": "2026-11-03",
        "pause_reason": "",
    }
    assert operator.post(f"/admin/wallet/asset/{asset.pk}/change/", fields).status_code == 302
    asset.refresh_from_db()
    assert asset.status == "delisted"


@pytest.mark.parametrize(
    ("code", "changes", "words"),
    [
        ("ETH", {"scale": 6}, "This asset has ledger entries"),
        ("ETH", {"code": "ETH2"}, "This asset has ledger entries"),
        ("ETH", {"conversions_paused": "on"}, "Say why conversions are paused"),
        ("ETH", {"code": "ВТС"}, "letters A–Z and digits"),
        ("USDT", {"scale": 19}, "less than or equal to 18"),
        ("BTC", {"code": "XBT"}, "BTC keeps its code"),
        ("BNB", {"scale": 6}, "BNB keeps its code"),
    ],
)
def test_what_would_break_an_asset_is_refused_in_words(operator, text, code, changes, words):
    asset = Asset.objects.get(code=code)
    fields = {"code": code, "name": asset.name, "status": "listed", "scale": asset.scale, "pause_reason": ""} | changes
    page = operator.post(f"/admin/wallet/asset/{asset.pk}/change/", fields)
    assert page.status_code == 200
    assert words in text(page)


def test_an_asset_is_deactivated_and_never_deleted(operator):
    asset = Asset.objects.get(code="ETH")
    assert operator.post(f"/admin/wallet/asset/{asset.pk}/delete/", {"post": "yes"}).status_code == 403


POLICY = {
    "dust_limit_btc": "0.002",
    "interval_seconds": 3600,
    "tolerance_percent": "4",
    "fee_percent": "1.5",
    "quote_seconds": 45,
    "price_age_seconds": 60,
    "longest_wait_seconds": 120,
    "reason": "More dust.",
}


def test_a_policy_version_starts_from_the_one_in_force_and_is_signed(operator):
    page = operator.get("/admin/wallet/policy/add/")
    assert "0.00120000" in [field.get("value") for field in read(page).select("input")]
    assert operator.post("/admin/wallet/policy/add/", POLICY).status_code == 302
    newest = Policy.objects.current()
    assert (newest.limit_text, newest.interval_text, newest.created_by.username) == ("0.002", "1 hour", "admin")


@pytest.mark.parametrize(
    "changes",
    [
        {"dust_limit_btc": "0"},
        {"dust_limit_btc": "NaN"},
        {"dust_limit_btc": "1e99"},
        {"tolerance_percent": "0"},
        {"fee_percent": "100.5"},
        {"fee_percent": "-1"},
        {"quote_seconds": "0"},
        {"price_age_seconds": "100000000000"},
        {"interval_seconds": "-1"},
        {"interval_seconds": "99999999999"},
        {"reason": ""},
    ],
)
def test_an_unreasonable_policy_is_refused_in_words(operator, changes):
    page = operator.post("/admin/wallet/policy/add/", POLICY | changes)
    assert page.status_code == 200
    assert read(page).select(".errorlist")
    assert Policy.objects.count() == 1


def test_versions_and_openings_are_never_changed_here(operator):
    policy = Policy.objects.current()
    assert operator.post(f"/admin/wallet/policy/{policy.pk}/change/", POLICY).status_code == 403
    assert operator.post(f"/admin/wallet/policy/{policy.pk}/delete/", {"post": "yes"}).status_code == 403


def test_closing_needs_a_notice(operator, text):
    assert "Write the notice" in text(operator.post("/admin/wallet/opening/add/", {"notice": ""}))
    assert operator.post("/admin/wallet/opening/add/", {"notice": "Back at 16:00 UTC."}).status_code == 302
    opening = Opening.objects.get()
    assert (opening.is_open, opening.created_by.username) == (False, "admin")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"closes_at_1": "16:00"}, "The closing must end after it begins."),
        ({"closes_at_1": "18:00"}, "The closing must end after it begins."),
        ({"reopens_at_0": "2026-11-22", "reopens_at_1": "14:00"}, "This moment is over."),
        ({"reopens_at_1": "25:00"}, "Enter a valid time."),
        ({"is_open": "on"}, "An opening takes effect at once: leave both times empty"),
        ({"notice": ""}, "Write the notice that customers read"),
    ],
)
def test_a_planned_closing_that_cannot_be_is_refused_in_words(operator, text, fields, words):
    planned = {"notice": "We are moving.", "closes_at_0": "2026-11-23", "closes_at_1": "14:00"}
    planned |= {"reopens_at_0": "2026-11-23", "reopens_at_1": "16:00"}
    assert words in text(operator.post("/admin/wallet/opening/add/", planned | fields))
    assert not Opening.objects.exists()
    assert operator.post("/admin/wallet/opening/add/", planned).status_code == 302
    assert str(Opening.objects.get().closes_at) == "2026-11-23 14:00:00+00:00"


def test_a_user_who_holds_something_is_not_deleted(operator, world):
    operator.post(f"/admin/auth/user/{world.user.pk}/delete/", {"post": "yes"})
    assert User.objects.filter(pk=world.user.pk).exists()


def test_a_user_made_in_the_admin_can_use_the_site(operator, client):
    client.force_login(factories.user("new"))
    assert client.get("/wallet/").status_code == 200
    assert client.post("/wallet/dust/", {"asset": "DOGE"}).status_code == 422
    assert Conversion.objects.filter(user__username="new").count() == 0
