import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from tests.support.html import read
from wallet.models import Customer, Opening, Price

URL = "/wallet/"
REMEMBER = "/wallet/small-balances/"


def test_r2_it_lists_every_asset_that_the_customer_holds(signed_in, world, text):
    factories.deposit(world.user, "BTC", "0.5")
    page = text(signed_in.get(URL))
    for code, name in {"DOGE": "Dogecoin", "ETH": "Ethereum", "EUR": "Euro", "BTC": "Bitcoin"}.items():
        assert f"{code} {name}" in page
    assert "Tether" not in page


@pytest.mark.parametrize(
    ("name", "letters"), [("Mira Koskinen", "MK"), ("D’Angelo", "D’"), ("O'Neil", "O'"), ("<b> &", "<&")]
)
def test_the_account_has_the_initials_of_the_name(signed_in, world, name, letters):
    world.user.first_name = name
    world.user.save()
    page = read(signed_in.get(URL))
    assert letters in [one.text for one in page.select("span[aria-hidden=true]")]


def test_it_offers_the_small_balances(signed_in, text):
    page = text(signed_in.get(URL))
    # 0.02 + 0.05 + 0.02 BNB
    assert "3 small balances, worth about 0.09000000 BNB" in page
    assert "Each is worth less than 0.0012 BTC. You can convert them now." in page


def test_the_estimated_balance_is_the_sum_of_the_rows(signed_in, world, text):
    factories.deposit(world.user, "BTC", "0.5")
    assert "Estimated balance 0.50090000 BTC" in text(signed_in.get(URL))


def test_a_balance_without_a_price_is_not_counted_and_says_so(signed_in, world, text):
    Price.objects.filter(asset__code="ETH").delete()
    page = text(signed_in.get(URL))
    assert "Price unavailable" in page
    assert "1 without a current price isn’t counted" in page


def test_during_the_wait_it_says_until_when(signed_in, world, text):
    world.settled("DOGE")
    page = signed_in.get(URL)
    assert "You can convert again today at 20:32 UTC. That’s in 6 hours." in text(page)
    assert read(page).find("#offer")["hx-trigger"] == "load delay:21601s"


def test_when_the_wait_is_over_the_card_alone_is_asked_for_and_has_its_button_again(signed_in, world):
    world.settled("DOGE")
    headers = {"HX-Request": "true", "HX-Target": "offer"}
    assert "hx-trigger" in read(signed_in.get(URL, headers=headers)).find("#offer").attributes
    world.clock.tick(hours=6)
    world.observe()
    (card,) = read(signed_in.get(URL, headers=headers)).elements
    assert (card["id"], card["data-say"]) == ("offer", "You can convert again now.")
    assert "Convert small balance to BNB" in card.text


def test_a_wait_of_many_days_is_not_counted_by_the_browser(signed_in, world):
    world.settled("DOGE")
    factories.policy(interval_seconds=30 * 86_400)
    triggers = [one["hx-trigger"] for one in read(signed_in.get(URL)).select("[hx-trigger]")]
    assert not [trigger for trigger in triggers if "load delay:" in trigger]


def test_a_running_conversion_is_linked(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    page = signed_in.get(URL)
    assert read(page).select(f"a[href=/conversions/{conversion.reference}/]")
    assert "Converting 1 balance… You can leave this page. We’ll keep going. View progress" in text(page)


def test_while_closed_it_shows_the_operators_notice(signed_in, world, text):
    Opening.objects.create(is_open=False, notice="Back at <b>16:00</b> UTC.")
    page = signed_in.get(URL)
    assert "Conversions are paused" in text(page)
    assert "Back at <b>16:00</b> UTC." in text(page)


def test_without_prices_it_offers_nothing(signed_in, world, text):
    world.clock.tick(minutes=5)
    page = text(signed_in.get(URL))
    assert "Prices are unavailable" in page
    assert "Estimated balance Price unavailable There are no current prices" in page


def test_a_wallet_of_small_balances_that_are_hidden_is_not_called_empty(signed_in, text):
    words = text(signed_in.get(f"{URL}?hide=1"))
    assert "All your balances are small, and hidden." in words
    assert "empty" not in words


def test_an_empty_wallet_is_no_error_and_has_nothing_to_search(client, world):
    client.force_login(factories.user("empty"))
    page = read(client.get(URL))
    assert "Your wallet is empty" in page.text
    assert "You have no small balances to convert" in page.text
    assert page.select("#search") + page.select("#hide") == []


@pytest.mark.parametrize(
    ("query", "shown"),
    [("q=eth", {"ETH"}), ("q=ro", {"EUR"}), ("q=%20coin", {"DOGE", "BTC"}), ("hide=1", {"BTC"}), ("q=nope", set())],
)
def test_it_searches_and_hides(signed_in, world, query, shown):
    factories.deposit(world.user, "BTC", "0.5")
    assert {row.code for row in signed_in.get(f"{URL}?{query}").context["page"].assets.rows} == shown


@pytest.mark.parametrize("query", ["q=" + "x" * 5000, "q=<script>", "hide=maybe", "q=%FF"])
def test_a_strange_query_is_no_fault(signed_in, query):
    response = signed_in.get(f"{URL}?{query}")
    assert response.status_code == 200
    assert all(script.attributes for script in read(response).select("body script"))


def test_what_is_hidden_is_counted_within_the_search(signed_in, world, text):
    factories.deposit(world.user, "BTC", "0.5")
    assert "3 small balances hidden. Show" in text(signed_in.get(f"{URL}?hide=1"))
    assert "1 small balance hidden. Show" in text(signed_in.get(f"{URL}?hide=1&q=eth"))
    assert "All your balances like “eth” are small, and hidden." in text(signed_in.get(f"{URL}?hide=1&q=eth"))
    assert "hidden" not in text(signed_in.get(f"{URL}?hide=0"))


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["BTC", "ETH", "DOGE", "EUR"]),
        ("sort=value", ["BTC", "ETH", "DOGE", "EUR"]),
        ("sort=name", ["BTC", "DOGE", "ETH", "EUR"]),
        ("sort=price", ["BTC", "ETH", "DOGE", "EUR"]),
    ],
)
def test_it_is_sorted_by_value_or_by_name(signed_in, world, query, codes):
    factories.deposit(world.user, "BTC", "0.5")
    page = signed_in.get(f"{URL}?{query}")
    assert [row.code for row in page.context["page"].assets.rows] == codes
    assert bool(read(page).select("[aria-sort=ascending]")) is (query == "sort=name")


def test_the_address_keeps_search_and_order(signed_in):
    page = read(signed_in.get(f"{URL}?q=o&sort=name"))
    assert page.select("a[href=?q=o&sort=value]")
    assert page.find("option[selected]")["value"] == "name"


def test_htmx_gets_the_list_alone(signed_in):
    partial = signed_in.get(URL, headers={"HX-Request": "true"})
    assert read(partial).elements[0]["id"] == "assets"
    restored = signed_in.get(URL, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert read(restored).is_page
    assert "HX-Request" in partial.headers["Vary"]


def test_signed_out_it_leads_to_sign_in(client, db, text):
    """Which does not say "signed out" to whoever comes for the first time."""
    response = client.get(URL)
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/wallet/")
    assert "signed out" not in text(client.get(response.headers["Location"]))


def test_signed_out_htmx_is_sent_to_sign_in_as_a_whole(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/wallet/?q=e"}
    response = client.get(URL, headers=headers)
    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2Fwallet%2F%3Fq%3De"


def test_only_reading_is_allowed(signed_in):
    assert signed_in.post(URL).status_code == 405


def test_p13_nobody_sees_what_belongs_to_somebody_else(client, world, text):
    """P13: another customer's wallet is another page."""
    client.force_login(factories.user("other"))
    assert "Dogecoin" not in text(client.get(URL))


def test_the_number_of_queries_does_not_grow_with_the_assets(signed_in, world, queries):
    few = queries(signed_in.get, URL)
    world.hold_more(30)
    assert len(queries(signed_in.get, URL)) == len(few)


# --- hiding small balances for good ---


def test_hiding_is_remembered_and_goes_back_to_the_same_search(signed_in, world, text):
    factories.deposit(world.user, "BTC", "0.5")
    hidden = signed_in.post(REMEMBER, {"hide": ["0", "1"], "q": "b & c", "sort": "name"})
    assert (hidden.status_code, hidden.headers["Location"]) == (303, "/wallet/?q=b+%26+c&sort=name")
    page = signed_in.get(URL)
    assert "3 small balances hidden." in text(page)
    assert [row.code for row in page.context["page"].assets.rows] == ["BTC"]
    shown = signed_in.post(REMEMBER, {"hide": "0"}, headers={"HX-Request": "true"}, follow=True)
    assert read(shown).elements[0]["id"] == "assets"
    assert "hidden." not in text(signed_in.get(URL))


def test_p16_the_address_hides_for_once_and_changes_nothing(signed_in, world):
    """P16: no GET changes anything; what is remembered comes by a POST with its token."""
    signed_in.get(f"{URL}?hide=1")
    assert not Customer.objects.filter(user=world.user, hide_small_balances=True).exists()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user)
    assert client.post(REMEMBER, {"hide": "1"}).status_code == 403
    assert signed_in.get(REMEMBER).status_code == 405


@pytest.mark.parametrize("fields", [{}, {"hide": "maybe"}, {"hide": ""}])
def test_what_hides_nothing_is_refused(signed_in, fields):
    assert signed_in.post(REMEMBER, fields).status_code == 400


def test_p13_hiding_is_the_customers_own(signed_in, world):
    """P13: no field names another customer."""
    other = factories.user("other")
    Customer.objects.ensure(other)
    signed_in.post(REMEMBER, {"hide": "1", "user": other.pk})
    assert list(Customer.objects.filter(hide_small_balances=True)) == [Customer(user=world.user)]


def test_signed_out_nothing_is_remembered(client, db):
    assert client.post(REMEMBER, {"hide": "1"}).headers["Location"].startswith("/accounts/login/")


def test_a_search_beside_a_conversion_asks_nothing_that_only_the_card_says(signed_in, world):
    """The card says how many balances are being converted; a search gets the list alone."""
    world.confirmed("DOGE")
    with CaptureQueriesContext(connection) as searched:
        signed_in.get("/wallet/?q=e", headers={"HX-Request": "true", "HX-Target": "assets"})
    with CaptureQueriesContext(connection) as card:
        signed_in.get("/wallet/", headers={"HX-Request": "true", "HX-Target": "offer"})
    assert len(searched) == len(card) - 1
