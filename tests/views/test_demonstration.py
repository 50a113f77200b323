"""What a demonstration tells its customer and its operators, and nobody else."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from tests.support import factories, proposing
from tests.support.html import read
from wallet import ledger
from wallet.database import clock
from wallet.models import Account, Conversion, Proposal

PAGES = ("/wallet/", "/wallet/dust/")


@pytest.fixture
def seeded(db):
    call_command("seed_demo", "--history", stdout=StringIO())


def test_the_page_to_sign_in_says_whose_accounts_there_are_in_a_demonstration_alone(seeded, client, settings, text):
    words = "Sign in as demo / demo, or as an operator: admin / admin, approver / approver."
    assert words in text(client.get("/accounts/login/"))
    settings.PRODUCTION = True
    assert words not in text(client.get("/accounts/login/"))


def browser(name="demo"):
    return proposing.browser(factories.User.objects.get(username=name))


def addresses(page):
    return [one["href"] for one in page.select("#demonstration a")]


def test_the_wallet_leads_to_what_there_is_to_try_and_each_address_answers(seeded):
    client = browser()
    page = read(client.get("/wallet/"))
    found = addresses(page)
    receipt = Conversion.objects.completed().order_by("-pk")[0].reference
    stopped = Conversion.objects.get(reason_code="price_changed").reference
    assert found == [
        "/wallet/dust/",
        f"/conversions/{receipt}/",
        f"/conversions/{stopped}/",
        "/wallet/dust/?asset=JUMP",
        "/conversions/",
        "/demo/mail/",
        "/accounts/logout/?next=/admin/",
    ]
    assert [client.get(address).status_code for address in found] == [200] * 7


def test_whoever_goes_to_the_other_side_signs_out_and_is_led_to_the_admin(seeded):
    client = browser()
    page = read(client.get("/accounts/logout/?next=/admin/"))
    sent = {one["name"]: one["value"] for one in page.select("main form [type=hidden][value]")}
    assert client.post("/accounts/logout/", sent)["Location"] == "/admin/"
    assert client.post("/accounts/logout/", {"next": "https://elsewhere.example/"})["Location"] == "/accounts/login/"


def test_the_pages_say_that_the_wait_is_the_demonstrations_own(seeded):
    for address in PAGES:
        words = read(browser().get(address)).find("#demonstration").text
        assert "its prices are made up" in words
        assert "You can convert once every minute here" in words
        assert "the first version says once every 6 hours" in words


def test_the_jumping_balance_is_ticked_where_the_suggestion_leads(seeded):
    page = read(browser().get("/wallet/dust/?asset=JUMP"))
    assert "checked" in page.find("#choose-JUMP").attributes


def test_without_the_jumping_balance_it_is_suggested_to_nobody(seeded):
    held = Account.objects.get(user__username="demo", asset__code="JUMP")
    ledger.adjust(user=held.user, asset=held.asset, units=-held.units, reference="taken")
    assert "/wallet/dust/?asset=JUMP" not in addresses(read(browser().get("/wallet/")))


def test_mails_that_are_sent_are_not_to_be_read_here(seeded, settings):
    settings.DEMO_MAIL = None
    assert "/demo/mail/" not in addresses(read(browser().get("/wallet/")))


def test_other_customers_read_nothing_of_it(seeded):
    factories.user("mira", {"DOGE": "20"})
    for address in PAGES:
        assert read(browser("mira").get(address)).select("#demonstration") == []


def test_a_demonstration_without_its_history_says_nothing(db):
    call_command("seed_demo", stdout=StringIO())
    for address in PAGES:
        assert read(browser().get(address)).select("#demonstration") == []
    assert read(browser("admin").get("/admin/")).select("#suggestions") == []


@pytest.mark.parametrize(("name", "value"), [("PRODUCTION", True), ("PRICE_SOURCE", "exchange")])
def test_production_and_real_prices_are_no_demonstration(seeded, settings, name, value):
    setattr(settings, name, value)
    client = browser()
    for address in PAGES:
        assert read(client.get(address)).select("#demonstration") == []


@pytest.mark.parametrize("name", ["admin", "approver"])
def test_operators_are_led_to_pages_that_they_may_see(seeded, name):
    client = browser(name)
    found = [one["href"] for one in read(client.get("/admin/")).select("#suggestions a")]
    assert len(found) == 5
    assert [client.get(address).status_code for address in found] == [200] * 5


def test_the_second_operator_finds_the_proposal_that_waits(seeded):
    page = read(browser("approver").get("/admin/wallet/proposal/?waits=me"))
    waiting = Proposal.objects.waiting(clock.now()).get()
    assert [row.find("th").text for row in page.select("#result_list tbody tr")] == [str(waiting)]


def test_whoever_is_not_signed_in_reads_nothing_of_it(seeded):
    assert Client().get("/wallet/").status_code == 302
