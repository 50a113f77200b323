"""What went wrong, in words, under htmx too."""

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.urls import reverse

from tests.support.html import read
from wallet.database import clock as real_clock
from wallet.models.customers import CustomerQuerySet
from wallet.views import errors, history

HTMX = {"HX-Request": "true"}


def test_a_page_that_does_not_exist_says_so_in_the_sites_frame(client, db, text):
    page = client.get("/nothing/here/")
    assert page.status_code == 404
    assert "Page not found If you typed the address, check it." in text(page)


# It stands without it too. Its plain name stays the same whatever is in it.
SHEET = "css/base.css"


def test_a_fault_is_a_page_of_its_own_that_says_what_to_do(signed_in, monkeypatch, text):
    monkeypatch.setattr(history, "PAGE", None)
    signed_in.raise_request_exception = False
    page = signed_in.get("/conversions/")
    assert page.status_code == 500
    assert "If you had just confirmed, check your history before trying again." in text(page)
    assert [link["href"] for link in read(page).select("link[href]")] == [f"/static/{SHEET}"]
    assert read(page).select("[src]") == []
    assert finders.find(SHEET)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing/", 404, "Page not found If you typed the address, check it."),
        ("/conversions/CV-0000-0000/", 404, "Page not found If you typed the address, check it. An estimate that you"),
    ],
)
def test_under_htmx_the_words_take_the_warnings_place(signed_in, text, path, status, words):
    part = signed_in.get(path, headers=HTMX)
    assert (part.status_code, part.headers["HX-Retarget"], part.headers["HX-Reswap"]) == (status, "#warn", "innerHTML")
    assert [one.get("id") for one in read(part).elements] == ["warning"]
    assert words in text(part)
    assert words in text(signed_in.get(path))


@pytest.mark.parametrize("name", ["estimate", "confirm", "renew", "small_balances"])
def test_an_address_that_only_takes_forms_says_so_when_it_is_opened(signed_in, world, text, name):
    args = [world.quoted("DOGE").reference] if name in ("confirm", "renew") else []
    page = signed_in.get(reverse(name, args=args))
    assert (page.status_code, page.headers["Allow"]) == (405, "POST")
    assert "This address can’t be opened by itself Nothing was changed. Go on from your wallet. Go to wallet" in text(
        page
    )


def test_somebody_who_may_not_reads_so(db, rf, text):
    request = rf.get("/")
    page = errors.forbidden(request, PermissionDenied())
    assert page.status_code == 403
    assert "You can’t open this page It isn’t meant for this account. Sign in" in text(page)


def test_too_many_attempts_say_when_to_try_again(client, db, clock, text):
    for _ in range(21):
        page = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (page.status_code, page.headers["Retry-After"]) == (429, "60")
    assert "You’ve tried a few times. Try again in 1 minute." in text(page)
    part = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, headers=HTMX)
    assert (part.status_code, part.headers["HX-Retarget"], part.headers["Retry-After"]) == (429, "#warn", "60")


def test_without_its_database_the_page_for_faults_is_still_there(signed_in, monkeypatch, text):
    def gone(*_):
        raise OperationalError

    monkeypatch.setattr(CustomerQuerySet, "shown_to", gone)
    monkeypatch.setattr(real_clock, "now", gone)
    signed_in.raise_request_exception = False
    page = signed_in.get("/wallet/")
    assert page.status_code == 500
    assert read(page).is_page
    assert "Sorry, there is a problem with the service" in text(page)
