import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support import factories
from tests.support.html import read
from wallet.models import Customer

URL = "/settings/"
HTMX = {"HX-Request": "true"}
FIELDS = {"time_zone": "Asia/Kathmandu", "theme": "dark", "hide_small_balances": "on"}


def stored(user):
    return Customer.objects.filter(user=user).values_list("time_zone", "theme", "hide_small_balances").first()


def test_it_shows_the_display_settings_and_the_time_now(signed_in):
    page = read(signed_in.get(URL))
    words = page.text
    assert "Time zone It is 22 November 2026, 14:32:07 UTC now." in words
    assert "System Light Dark" in words
    assert page.select("datalist option[value=Australia/Lord_Howe]")


def test_saving_changes_what_is_shown_and_says_so(signed_in, world, text):
    saved = signed_in.post(URL, FIELDS)
    assert (saved.status_code, saved.headers["Location"]) == (303, URL)
    assert stored(world.user) == ("Asia/Kathmandu", "dark", True)
    page = signed_in.get(URL)
    assert "Your display settings are saved. Settings" in text(page)
    assert "It is 22 November 2026, 20:17:07 UTC+5:45 in Asia/Kathmandu now." in text(page)
    assert read(page).find("html").attributes == {"lang": "en", "data-theme": "dark"}
    assert "settings are saved" not in text(signed_in.get(URL))


def test_a_place_is_enough_to_name_a_zone(signed_in, world):
    signed_in.post(URL, FIELDS | {"time_zone": " lord howe"})
    assert stored(world.user)[0] == "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_zone", "Mars/Olympus", "There is no time zone of this name. Choose one from the list."),
        ("time_zone", "", "Choose a time zone."),
        ("time_zone", "x" * 5000, "There is no time zone of this name."),
        ("time_zone", "<script>", "There is no time zone of this name."),
        ("theme", "pink", "Choose a theme: System, Light or Dark."),
        ("theme", "", "Choose a theme."),
    ],
)
def test_a_bad_value_is_said_and_nothing_is_lost(signed_in, world, field, value, words):
    page = signed_in.post(URL, FIELDS | {field: value})
    shown = read(page)
    assert page.status_code == 422
    assert f"There is a problem {words}" in shown.text
    assert shown.find("title").text == "Error: Settings – Dustsite"
    assert shown.select(f"a[href=#id_{field}]")
    assert shown.select("[name=hide_small_balances][checked]")
    assert (shown.find("#id_time_zone")["value"] == "Asia/Kathmandu") is (field == "theme")
    assert shown.select("[name=theme][value=dark][checked]") or field == "theme"
    assert all(script.attributes for script in shown.select("body script"))
    assert stored(world.user) == ("", "system", False)


def test_p16_reading_the_settings_changes_nothing(signed_in, queries):
    """P16: no GET changes anything, not even for a user who has no row yet, nor with values in the address."""
    user = factories.user("fresh")
    signed_in.force_login(user)
    sent = queries(signed_in.get, URL, FIELDS) + queries(signed_in.get, URL, FIELDS, headers=HTMX)
    assert not [sql for sql in sent if not sql.startswith("SELECT")]
    assert stored(user) is None


def test_p16_a_post_needs_its_token(world):
    """P16: without it nothing is saved, neither here nor by the browser's own word."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user)
    assert client.post(URL, FIELDS).status_code == 403
    assert client.post(f"{URL}browser-zone/", FIELDS).status_code == 403
    assert stored(world.user) == ("", "system", False)


def test_htmx_gets_the_time_in_the_zone_that_is_typed(signed_in, text):
    (now,) = read(signed_in.get(URL, {"time_zone": "chatham"}, headers=HTMX)).elements
    assert now["id"] == "now"
    assert "It is 23 November 2026, 04:17:07 UTC+13:45 in Pacific/Chatham now." in now.text
    assert "Type a place, like Helsinki" in text(signed_in.get(URL, {"time_zone": "Ma"}, headers=HTMX))


def test_p13_a_customer_changes_their_own_settings_alone(signed_in, world):
    """P13: no field names another customer."""
    other = factories.user("other")
    Customer.objects.ensure(other)
    signed_in.post(URL, FIELDS | {"user": other.pk, "user_id": other.pk, "customer": other.pk})
    assert stored(other) == ("", "system", False)
    assert stored(world.user)[0] == "Asia/Kathmandu"


def test_it_changes_no_wait(signed_in, world):
    world.settled("DOGE")
    before = Customer.objects.get(user=world.user).last_converted_at
    signed_in.post(URL, FIELDS | {"last_converted_at": "2001-01-01"})
    assert Customer.objects.get(user=world.user).last_converted_at == before


def test_signed_out_it_leads_to_sign_in(client, db):
    for response in (client.get(URL), client.post(URL, FIELDS)):
        assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/settings/")


def test_other_methods_are_not_allowed(signed_in):
    assert signed_in.delete(URL).status_code == 405
    assert signed_in.get(f"{URL}browser-zone/").status_code == 405


@pytest.mark.parametrize(
    "path", ["/wallet/", "/wallet/dust/", "/conversions/", "/help/", "/nothing/", "/accounts/password/change/"]
)
def test_the_theme_is_on_every_page_from_the_first_byte(signed_in, world, path):
    assert read(signed_in.get(path)).find("html").attributes == {"lang": "en"}
    Customer.objects.set_display(world.user, theme="light")
    assert read(signed_in.get(path)).find("html").attributes == {"lang": "en", "data-theme": "light"}


def test_a_time_zone_changes_every_time_that_is_shown(signed_in, world, text):
    done = world.settled("DOGE")
    paths = ("/wallet/", "/wallet/dust/", "/conversions/", f"/conversions/{done.reference}/")
    before = [text(signed_in.get(path)) for path in paths]
    Customer.objects.set_display(world.user, time_zone="Asia/Kathmandu")
    after = [text(signed_in.get(path)) for path in paths]
    assert [bool(re.search(r"1[45]:3\d", words)) for words in before] == [True] * 4
    assert [bool(re.search(r"1[45]:3\d", words)) for words in after] == [False] * 4
    assert "You can convert again tomorrow at 02:17 UTC+5:45." in after[0]
    assert "Prices from 20:17:09" in after[1]
    assert "22 Nov 2026, 20:17" in after[2]
    assert "Confirmed 22 November 2026, 20:17:08 UTC+5:45" in after[3]
    assert "Converted 22 November 2026, 20:17:09 UTC+5:45" in after[3]
    assert read(signed_in.get(paths[3])).select("[datetime=2026-11-22T20:17:08+05:45]")


def test_one_customers_zone_is_not_the_next_ones(signed_in, client, world, text):
    Customer.objects.set_display(world.user, time_zone="Asia/Kathmandu")
    assert "20:17:07" in text(signed_in.get("/wallet/"))
    other = factories.user("other")
    factories.deposit(other, "DOGE", "5")
    client.force_login(other)
    assert "14:32:07" in text(client.get("/wallet/"))


def test_the_operators_admin_stays_in_utc(client, world, text):
    operator = factories.operator()
    Customer.objects.set_display(operator, time_zone="Asia/Kathmandu")
    client.force_login(operator)
    words = text(client.get("/admin/wallet/price/"))
    assert "2026-11-22 14:32:07" in words
    assert "20:17" not in words


# --- mails ---


def wanted(user):
    return Customer.objects.filter(user=user).values_list("wants_receipts", "wants_notices").first()


def test_mails_are_chosen_by_ticks_and_what_is_not_ticked_is_off(signed_in, world, text):
    saved = signed_in.post(f"{URL}mails/", {"wants_notices": "on"})
    assert (saved.status_code, saved.headers["Location"]) == (303, URL)
    assert wanted(world.user) == (False, True)
    page = signed_in.get(URL)
    assert "Your mail settings are saved." in text(page)
    assert read(page).select("[name=wants_notices][checked]")
    assert not read(page).select("[name=wants_receipts][checked]")
    signed_in.post(f"{URL}mails/", {"wants_receipts": "on"})
    assert wanted(world.user) == (True, False)


def test_receipts_are_on_and_notices_off_from_the_start(signed_in, world):
    page = read(signed_in.get(URL))
    assert page.select("[name=wants_receipts][checked]")
    assert page.select("[name=wants_notices]")
    assert not page.select("[name=wants_notices][checked]")


def test_saving_how_the_site_looks_changes_no_mails_and_the_other_way_round(signed_in, world):
    Customer.objects.set_mails(world.user, wants_receipts=False, wants_notices=True)
    signed_in.post(URL, FIELDS)
    assert wanted(world.user) == (False, True)
    signed_in.post(f"{URL}mails/", {"theme": "light", "time_zone": "UTC"})
    assert stored(world.user) == ("Asia/Kathmandu", "dark", True)


def test_p13_mails_are_chosen_for_oneself_alone(signed_in, world):
    """P13: no field names another customer."""
    other = factories.user("other")
    Customer.objects.ensure(other)
    signed_in.post(f"{URL}mails/", {"user": other.pk, "customer": other.pk})
    assert wanted(other) == (True, False)


def test_p16_mails_are_chosen_with_a_token_by_post_alone(world):
    """P16: nothing else changes them."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user)
    assert client.post(f"{URL}mails/", {}).status_code == 403
    assert client.get(f"{URL}mails/").status_code == 405
    assert wanted(world.user) == (True, False)


def test_who_has_no_address_reads_that_none_is_sent(signed_in, world, text):
    assert "no confirmed email address" not in text(signed_in.get(URL))
    User.objects.filter(pk=world.user.pk).update(email="")
    assert "Your account has no confirmed email address" in text(signed_in.get(URL))


# --- the browser's own zone ---


def test_the_browsers_zone_is_taken_once_and_the_page_shown_anew(signed_in, world):
    assert read(signed_in.get("/wallet/")).select("#browser-zone")
    told = signed_in.post(f"{URL}browser-zone/", {"time_zone": "Asia/Calcutta"})
    assert told.headers["HX-Refresh"] == "true"
    assert stored(world.user)[0] == "Asia/Calcutta"
    assert read(signed_in.get("/wallet/")).select("#browser-zone") == []


def test_the_browsers_zone_never_replaces_one_that_was_chosen(signed_in, world):
    signed_in.post(URL, FIELDS)
    told = signed_in.post(f"{URL}browser-zone/", {"time_zone": "Europe/Helsinki"})
    assert told.status_code == 204
    assert stored(world.user)[0] == "Asia/Kathmandu"


def test_a_browser_that_is_in_utc_needs_no_other_page(signed_in, world):
    told = signed_in.post(f"{URL}browser-zone/", {"time_zone": "UTC"})
    assert (told.status_code, "HX-Refresh" in told.headers) == (204, False)
    assert stored(world.user)[0] == "UTC"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "x" * 5000])
def test_a_zone_that_nobody_knows_is_ignored_politely_and_not_asked_for_again(signed_in, world, name):
    assert signed_in.post(f"{URL}browser-zone/", {"time_zone": name}).status_code == 204
    assert stored(world.user)[0] == ""
    assert read(signed_in.get("/wallet/")).select("#browser-zone") == []


def test_signed_out_nobody_is_asked(client, db):
    assert read(client.get("/accounts/login/")).select("#browser-zone") == []
    assert client.post(f"{URL}browser-zone/", {"time_zone": "UTC"}).status_code == 302


@pytest.mark.parametrize("currency", ["GBP", "none", ""])
def test_a_currency_is_chosen_or_none_or_left_to_the_language(signed_in, world, currency):
    Customer.objects.set_display(world.user, currency="EUR")
    assert read(signed_in.get(URL)).select("#id_currency [value=EUR][selected]")
    signed_in.post(URL, FIELDS | {"currency": currency})
    assert Customer.objects.get(user=world.user).currency == currency
    assert len(read(signed_in.get(URL)).select("#id_currency [selected]")) == 1


def test_a_currency_that_is_not_offered_is_refused_and_the_other_settings_stay(signed_in, world, text):
    answer = signed_in.post(URL, FIELDS | {"currency": "CHF"})
    assert (answer.status_code, stored(world.user)) == (422, ("", "system", False))
    assert "Choose a currency from the list." in text(answer)
    assert read(answer).find("#id_currency")["aria-describedby"] == "currency-error currency-hint"
