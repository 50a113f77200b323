import pytest
from django.test import Client

from tests.support import factories
from tests.support.html import read
from wallet.database.retrying import Busy
from wallet.models import Asset, Conversion, Customer, Entry, Opening
from wallet.views import conversions as views

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sent(monkeypatch):
    """The tasks that Confirm sent, each with its argument."""
    found = []
    monkeypatch.setattr(views, "enqueue", lambda task, moment: found.append((task.name, moment)))
    return found


def confirm(client, conversion, **fields):
    return client.post(f"/conversions/{conversion.reference}/confirm/", fields)


def test_confirm_accepts_the_quote_tells_the_worker_and_goes_to_the_conversion(signed_in, world, sent):
    quote = world.quoted()
    response = confirm(signed_in, quote)
    assert (response.status_code, response.headers["Location"]) == (303, f"/conversions/{quote.reference}/")
    assert world.status(quote) == "confirmed"
    confirmed_at = Conversion.objects.get(pk=quote.pk).confirmed_at
    assert sent == [("wallet.tasks.refresh_prices", confirmed_at.isoformat())]


def test_p4_a_second_confirm_leads_to_the_same_conversion(signed_in, world, sent):
    """P4: whatever the clicks."""
    quote = world.quoted()
    first, second = confirm(signed_in, quote), confirm(signed_in, quote)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert Conversion.objects.count() == 1


def test_a_confirm_that_comes_too_late_makes_a_new_quote_and_converts_nothing(signed_in, world, sent, text):
    old = world.quoted("DOGE")
    world.clock.tick(seconds=31)
    world.observe(DOGE="0.0000021")
    response = confirm(signed_in, old)
    fresh = Conversion.objects.get(renews=old)
    assert (response.status_code, response.headers["Location"]) == (303, f"/conversions/{fresh.reference}/")
    words = text(signed_in.get(response.headers["Location"]))
    assert "These prices were out of date, so we updated them. Nothing was converted." in words
    assert "was 0.02000000 BNB" in words
    assert (world.status(old), world.status(fresh), sent) == ("quoted", "quoted", [])


def test_too_late_for_a_new_quote_as_well_it_says_why(signed_in, world, sent, text):
    old = world.quoted("DOGE")
    world.clock.tick(seconds=31)
    world.observe()
    Asset.objects.filter(code="DOGE").update(status="delisted")
    page = confirm(signed_in, old)
    assert page.status_code == 409
    assert "Delisted. DOGE can’t be converted any more." in text(page)


def test_during_the_wait_confirm_is_a_conflict_in_words(signed_in, world, sent, text):
    early = world.quoted("ETH")
    world.settled("DOGE")
    page = confirm(signed_in, early)
    assert page.status_code == 409
    assert "You can convert again at 20:32 UTC on 22 November 2026." in text(page)
    assert (world.status(early), sent) == ("quoted", [])


def test_beside_another_conversion_confirm_is_a_conflict_in_words(signed_in, world, sent, text):
    first, second = world.quoted("DOGE"), world.quoted("ETH")
    confirm(signed_in, first)
    page = confirm(signed_in, second)
    assert page.status_code == 409
    assert "A conversion is in progress." in text(page)


def test_while_closed_confirm_says_from_when_it_is_possible(signed_in, world, sent, text):
    quote = world.quoted()
    reopens_at = world.clock().replace(hour=15, minute=0)
    Opening.objects.create(is_open=False, notice="We are moving.", reopens_at=reopens_at)
    Customer.objects.set_display(world.user, time_zone="Europe/Berlin")
    page = confirm(signed_in, quote)
    assert page.status_code == 503
    assert (
        "Sorry, you can’t convert balances right now. You’ll be able to from 16:00 CET on 22 November."
        " Your balances haven’t changed. We are moving." in text(page)
    )
    assert world.status(quote) == "quoted"


def test_p12_amounts_prices_and_times_in_the_form_change_nothing(signed_in, world, sent):
    """P12: nothing the browser sends is used."""
    quote = world.quoted("DOGE")
    before = (
        Conversion.objects.filter(pk=quote.pk).values("quoted_net_units", "quoted_rate_btc", "user", "policy").get()
    )
    confirm(signed_in, quote, net_units="9999999999", rate="9", user="2", confirmed_at="2020-01-01", status="completed")
    after = Conversion.objects.get(pk=quote.pk)
    assert (after.status, after.confirmed_at, after.net_units) == ("confirmed", world.clock(), None)
    assert Conversion.objects.filter(pk=quote.pk).values(*before).get() == before


@pytest.mark.parametrize("action", ["confirm", "renew"])
def test_p13_somebody_elses_quote_is_the_same_404_as_none(client, world, sent, text, action):
    """P13: and nothing changes."""
    quote = world.quoted()
    client.force_login(factories.user("stranger"))
    foreign = client.post(f"/conversions/{quote.reference}/{action}/")
    missing = client.post(f"/conversions/CV-0000-0000/{action}/")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert text(foreign) == text(missing)
    assert (world.status(quote), Conversion.objects.count(), sent) == ("quoted", 1, [])


@pytest.mark.parametrize("action", ["confirm", "renew"])
def test_only_posting_is_allowed_with_a_token_signed_in(client, world, events, action):
    quote = world.quoted()
    path = f"/conversions/{quote.reference}/{action}/"
    assert client.post(path).headers["Location"] == f"/accounts/login/?next=/conversions/{quote.reference}/"
    client.force_login(world.user)
    assert client.get(path).status_code == 405
    refused = [event for event in events("request_finished", "WARNING") if event["code"] == 405]
    assert [event["request"] for event in refused] == [f"GET {path}"]  # once
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.user)
    assert strict.post(path).status_code == 403
    assert world.status(quote) == "quoted"


def test_update_prices_makes_a_quote_that_names_the_old_one(signed_in, world):
    old = world.quoted("DOGE")
    world.observe(DOGE="0.0000021")
    response = signed_in.post(f"/conversions/{old.reference}/renew/")
    fresh = Conversion.objects.get(renews=old)
    assert (response.status_code, response.headers["Location"]) == (303, f"/conversions/{fresh.reference}/")
    assert fresh.quoted_net_units == 2_100_000


def test_update_prices_of_a_confirmed_conversion_leads_to_it(signed_in, world):
    conversion = world.confirmed()
    response = signed_in.post(f"/conversions/{conversion.reference}/renew/")
    assert response.headers["Location"] == f"/conversions/{conversion.reference}/"
    assert Conversion.objects.count() == 1


def test_confirm_itself_moves_nothing(signed_in, world, sent):
    before, entries = factories.balances(world.user), Entry.objects.count()
    confirm(signed_in, world.quoted())
    assert (factories.balances(world.user), Entry.objects.count()) == (before, entries)


@pytest.mark.parametrize("action", ["confirm", "renew"])
def test_a_database_that_is_too_busy_is_no_fault(signed_in, world, sent, text, monkeypatch, action):
    def busy(**_):
        raise Busy

    quote = world.quoted()
    monkeypatch.setattr(views.conversions, action, busy)
    page = signed_in.post(f"/conversions/{quote.reference}/{action}/")
    assert page.status_code == 503
    assert "The service is busy. Nothing was converted. Try again." in text(page)


# --- in the dialog, by htmx ---


def test_htmx_goes_to_the_conversion_as_a_whole_page(signed_in, world, sent):
    quote = world.quoted()
    path = f"/conversions/{quote.reference}/"
    for _ in range(2):
        assert signed_in.post(f"{path}confirm/", headers=HTMX).headers["HX-Redirect"] == path
    assert signed_in.post(f"{path}renew/", headers=HTMX).headers["HX-Redirect"] == path
    assert Conversion.objects.count() == 1


def test_htmx_gets_a_conflict_in_the_dialog_and_new_prices_to_go_on(signed_in, world, sent):
    quote = world.quoted("DOGE", "ETH")
    factories.policy(interval_seconds=0)
    world.settled("DOGE")
    page = signed_in.post(f"/conversions/{quote.reference}/confirm/", headers=HTMX)
    assert (page.status_code, page.headers["HX-Retarget"]) == (409, "#reviewing")
    (part,) = read(page).elements
    assert part.attributes == {"class": "review", "id": "review"}
    assert "Your DOGE balance changed. Check the new amounts." in part.text
    assert part.select("[role=alert][tabindex=-1][autofocus]")
    assert part.find(f"[formaction=/conversions/{quote.reference}/renew/]").text == "Update prices"


def test_htmx_too_late_gets_the_new_prices_in_the_dialog(signed_in, world, sent):
    quote = world.quoted("DOGE")
    world.clock.tick(seconds=30)
    world.observe(DOGE="0.0000021")
    page = signed_in.post(f"/conversions/{quote.reference}/confirm/", headers=HTMX, follow=True)
    (part,) = read(page).elements
    assert part["id"] == "review"
    assert part["data-say"].startswith("Prices updated. You")
    assert "These prices were out of date, so we updated them. Nothing was converted." in part.text
    assert "0.02100000 BNB was 0.02000000 BNB" in part.text
    assert part.select("[autofocus]") == []
