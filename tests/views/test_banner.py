"""What operators announce stands on every page, with times in the reader's zone."""

from datetime import timedelta

import pytest

from tests.support.html import read
from wallet.models import Customer, Opening

PAGES = ["/wallet/", "/wallet/dust/", "/conversions/", "/settings/", "/help/", "/nothing/", "/accounts/login/"]


@pytest.fixture
def planned(world):
    closes_at = world.clock().replace(hour=18, minute=0, second=0)
    reopens_at = closes_at + timedelta(hours=2)
    return Opening.objects.create(
        is_open=False, notice="We are <b>moving</b>.", closes_at=closes_at, reopens_at=reopens_at
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_planned_closing_stands_on_every_page(signed_in, client, planned, path):
    if "login" in path:
        client.logout()
    page = read(signed_in.get(path))
    words = "You can’t convert balances from 18:00 UTC on 22 November until 20:00 UTC on 22 November."
    assert words in page.text
    assert (
        "You can still see your wallet and your history then. What you confirm before is still finished." in page.text
    )
    assert page.find(".banner")["aria-label"] == "Important"
    order = list(page.within())
    assert order.index(page.find("#banner")) < order.index(page.find("h1"))
    assert "We are <b>moving</b>." in page.text


def test_the_times_are_the_readers(signed_in, world, planned, text):
    Customer.objects.set_display(world.user, time_zone="Asia/Kathmandu")
    page = signed_in.get("/wallet/")
    assert "from 23:45 UTC+5:45 on 22 November until 01:45 UTC+5:45 on 23 November." in text(page)
    assert read(page).select("time[datetime=2026-11-22T23:45:00+05:45]")


def test_before_it_begins_one_can_convert_and_then_the_words_change_by_themselves(signed_in, world, planned, text):
    assert read(signed_in.get("/wallet/dust/?asset=DOGE")).select("#convert")
    world.clock.tick(hours=4)
    page = signed_in.get("/wallet/dust/?asset=DOGE")
    assert (
        "Sorry, you can’t convert balances right now. You’ll be able to from 20:00 UTC on 22 November."
        " Your balances haven’t changed." in text(page)
    )
    assert read(page).select("#convert") == []
    assert "Conversions are paused You can convert again today at 20:00 UTC." in text(signed_in.get("/wallet/"))
    assert signed_in.post("/wallet/dust/", {"asset": "DOGE"}).status_code == 503
    world.clock.tick(hours=2)
    assert read(signed_in.get("/help/")).select(".banner") == []


def test_a_closing_without_an_end_promises_none(signed_in, world, text):
    later = world.clock() + timedelta(hours=1)
    Opening.objects.create(is_open=False, notice="We are moving.", closes_at=later)
    assert "You can’t convert balances from 15:32 UTC on 22 November on. You can still see" in text(
        signed_in.get("/help/")
    )
    world.clock.tick(hours=1)
    words = text(signed_in.get("/wallet/"))
    assert "right now. Your balances haven’t changed. You can still see your wallet and your history." in words
    assert "What you had confirmed is still finished. We are moving." in words
    assert "Conversions are paused We are moving. Your balances are not affected." in words


def test_a_page_asks_for_it_once_and_a_partial_not_at_all(signed_in, planned, queries):
    def asked(path, **headers):
        return sum("wallet_opening" in sql for sql in queries(signed_in.get, path, headers=headers))

    assert [asked(path) for path in ("/wallet/", "/wallet/dust/", "/settings/", "/help/")] == [1, 1, 1, 1]
    assert asked("/settings/", **{"HX-Request": "true"}) == 0
