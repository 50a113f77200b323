"""Which language a page is in, and what stays plain in every language."""

import csv
import json

import pytest
from django.test import Client

from tests.support.html import read
from wallet.models import Customer
from wallet.views import errors

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def language(response):
    return read(response).find("html")["lang"]


@pytest.fixture
def chosen(signed_in, world):
    """The customer chooses a language."""

    def choose(code):
        Customer.objects.set_display(world.user, language=code)
        return signed_in

    return choose


def test_the_browsers_language_counts_until_the_customer_chose_one(signed_in, chosen, text):
    page = signed_in.get("/wallet/", headers=GERMAN)
    assert language(page) == "de"
    assert "Geschätztes Guthaben" in text(page)
    assert page.headers["Content-Language"] == "de"
    assert "Accept-Language" in page.headers["Vary"]
    page = chosen("en").get("/wallet/", headers=GERMAN)
    assert language(page) == "en"
    assert page.headers["Content-Language"] == "en"
    assert "Geschätztes Guthaben" in text(chosen("de").get("/wallet/", headers={"Accept-Language": "en"}))


def test_a_language_that_is_no_longer_offered_counts_as_none(chosen):
    assert language(chosen("tlh").get("/wallet/")) == "en"


def test_one_customers_language_does_not_reach_the_next_request(chosen, db):
    assert language(chosen("de").get("/wallet/")) == "de"
    assert language(Client().get("/accounts/login/")) == "en"


def test_signing_in_is_in_the_browsers_language(client, db, text):
    assert "Angemeldet bleiben" in text(client.get("/accounts/login/", headers=GERMAN))


def test_a_message_is_in_the_language_that_the_customer_chose_whoever_asks_for_it(chosen, world, mailoutbox):
    for code in ("de", "", "tlh"):
        chosen(code)
        headers = {} if code else GERMAN
        Client().post("/accounts/password/reset/", {"email": world.user.email}, headers=headers)
    german, plain_german, english = [message.subject for message in mailoutbox]
    assert (german, english) == ("Neues Passwort wählen", "Choose a new password")
    assert plain_german == german


def test_it_is_chosen_in_the_settings_and_said_in_the_new_one(signed_in, world, text):
    fields = {"time_zone": "UTC", "theme": "dark", "language": "de"}
    assert signed_in.post("/settings/", fields).status_code == 303
    page = signed_in.get("/settings/")
    assert "Ihre Anzeigeeinstellungen sind gespeichert." in text(page)
    option = read(page).find("#id_language option[selected]")
    assert (option["value"], option["lang"], option.text) == ("de", "de", "Deutsch")
    signed_in.post("/settings/", fields | {"language": ""})
    assert "Your display settings are saved." in text(signed_in.get("/settings/"))
    assert Customer.objects.get(user=world.user).language == ""


def test_one_that_is_not_offered_is_refused_and_nothing_is_lost(signed_in, world, text):
    page = signed_in.post("/settings/", {"time_zone": "UTC", "theme": "dark", "language": "tlh"})
    assert page.status_code == 422
    assert "There is a problem Choose a language from the list." in text(page)
    assert Customer.objects.get_or_create(user=world.user)[0].theme == "system"


def test_the_operators_admin_is_english_for_everybody(chosen, world, text):
    world.user.is_staff = world.user.is_superuser = True
    world.user.save()
    page = chosen("de").get("/admin/", headers=GERMAN)
    assert "Log out" in text(page)
    assert language(page).startswith("en")


def test_numbers_are_the_readers_and_values_for_machines_stay_plain(chosen, text):
    page = chosen("de").get("/wallet/dust/?asset=DOGE")
    assert "Machen Sie aus Resten, die jeweils weniger als 0,0012 BTC wert sind, BNB." in text(page)
    assert {data.text for data in read(page).select("data[value=0.02000000]")} == {"0,02000000"}


def test_a_receipt_is_said_in_whatever_language_it_is_read_in(chosen, world, text):
    stopped = world.settled("DOGE", DOGE="0.0000022")
    address = f"/conversions/{stopped.reference}/"
    assert "Der Preis von DOGE in BNB hat sich um 10,00 % bewegt." in text(chosen("de").get(address))
    assert "The price of DOGE in BNB moved 10.00%." in text(chosen("en").get(address))


def test_files_are_for_machines_and_only_the_reason_is_for_people(chosen, world):
    stopped = world.settled("DOGE", DOGE="0.0000022")
    world.observe(DOGE="0.000002")
    world.settled("ETH")
    client = chosen("de")
    for address in ("/conversions/export.csv", f"/conversions/{stopped.reference}.csv"):
        content = b"".join(client.get(address).streaming_content).decode()
        rows = {row["asset"]: row for row in csv.DictReader(content.splitlines())}
        assert rows["DOGE"]["status"] == "stopped"
        assert rows["DOGE"]["price_change_percent"] == "10.00"
        assert rows["DOGE"]["stop_reason"] == "Der Preis von DOGE in BNB hat sich um 10,00\xa0% bewegt."
    found = json.loads(client.get(f"/conversions/{stopped.reference}.json").content)
    assert found["policy"]["dust_limit_btc"] == "0.0012"
    assert found["assets"][0]["price"]["change_percent"] == "10.00"
    assert found["reasons"][0]["text"].startswith("Der Preis von DOGE")


def test_a_fault_is_said_in_the_customers_language(chosen, monkeypatch):
    def fails(**_values):
        raise RuntimeError

    client = chosen("de")
    client.raise_request_exception = False
    monkeypatch.setattr("wallet.views.wallet.portfolio", fails)
    page = client.get("/wallet/")
    assert page.status_code == 500
    assert page.content == errors.FAULT_PAGES["de"]
    assert language(page) == "de"


def test_a_refusal_under_htmx_is_in_the_customers_language(chosen, text):
    page = chosen("de").post("/wallet/dust/", {}, headers={"HX-Request": "true"})
    assert page.status_code == 422
    assert "Wählen Sie mindestens ein Guthaben zum Umwandeln." in text(page)
