"""Sign-in and out, health, errors, and what every page has in common."""

import gzip
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.urls import reverse

from tests.support import factories
from tests.support.html import read
from wallet.database import clock as real_clock
from wallet.models import Price, Pulse
from wallet.models.customers import CustomerQuerySet
from wallet.views import errors, history


def test_the_address_alone_leads_to_the_wallet(client, db):
    assert client.get("/").headers["Location"] == "/wallet/"


@pytest.mark.parametrize("name", ["mira", "mira@example.com"])
def test_a_customer_signs_in_with_name_or_email(client, world, name):
    response = client.post("/accounts/login/", {"login": name, "password": "correct horse battery"})
    assert (response.status_code, response.headers["Location"]) == (302, "/wallet/")


def test_sign_in_leads_back_to_where_one_wanted_to_go_but_never_away(client, world):
    fields = {"login": "mira", "password": "correct horse battery"}
    assert client.post("/accounts/login/", fields | {"next": "/conversions/"}).headers["Location"] == "/conversions/"
    client.post("/accounts/logout/")
    assert client.post("/accounts/login/", fields | {"next": "https://evil.example/"}).headers["Location"] == "/wallet/"


def test_p17_a_wrong_password_is_refused_in_words_and_logged_without_what_was_typed(client, world, text, caplog):
    """P17: sign-in failures are logged, without secrets."""
    with caplog.at_level(logging.WARNING):
        page = client.post("/accounts/login/", {"login": "mira", "password": "hunter2"})
    assert page.status_code == 200
    assert "There is a problem" in text(page)
    assert "sign-in failed from 127.0.0.1" in caplog.text
    assert "hunter2" not in caplog.text
    assert b"hunter2" not in page.content


def test_after_many_wrong_passwords_even_the_right_one_has_to_wait(client, world, text):
    for _ in range(12):
        client.post("/accounts/login/", {"login": "mira", "password": "wrong"})
    right = client.post("/accounts/login/", {"login": "mira", "password": "correct horse battery"})
    assert right.status_code == 200
    assert "Too many failed login attempts. Try again later." in text(right)
    assert client.get("/wallet/").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(signed_in, text):
    assert "Sign out?" in text(signed_in.get("/accounts/logout/"))
    assert signed_in.get("/wallet/").status_code == 200
    signed_in.post("/accounts/logout/")
    assert signed_in.get("/wallet/").status_code == 302


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "password/change/", "email/", "inactive/"])
def test_the_other_account_pages_stand_in_the_sites_frame(signed_in, client, path):
    for session in (signed_in, client):
        response = session.get(f"/accounts/{path}", follow=True)
        assert response.status_code == 200
        assert "/static/css/base.css" in [link["href"] for link in read(response).select("link[rel=stylesheet]")]


def test_health_says_how_old_everything_is(client, world):
    world.confirmed("DOGE")
    world.clock.tick(seconds=7)
    Pulse.objects.beat("sweep", world.clock())
    world.clock.tick(milliseconds=500)
    assert client.get("/healthz").json() == {
        "database": "ok",
        "price_age_seconds": 8.5,
        "oldest_unfinished_seconds": 7.5,
        "last_beat_seconds": 0.5,
        "last_audit_passed_seconds": None,
    }


def test_health_of_an_empty_site_has_no_ages(client, db):
    Price.objects.all().delete()
    response = client.get("/healthz")
    assert response.status_code == 200
    assert set(response.json().values()) == {"ok", None}


def test_without_its_database_the_site_is_not_healthy(client, db, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(real_clock, "now", gone)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": "does not answer"})


def test_a_page_that_does_not_exist_says_so_in_the_sites_frame(client, db, text):
    page = client.get("/nothing/here/")
    assert page.status_code == 404
    assert "Page not found If you typed the address, check it." in text(page)


def test_a_fault_is_a_page_of_its_own_that_says_what_to_do(signed_in, monkeypatch, text):
    monkeypatch.setattr(history, "PAGE", None)
    signed_in.raise_request_exception = False
    page = signed_in.get("/conversions/")
    assert page.status_code == 500
    assert "If you had just confirmed, check your history before trying again." in text(page)
    assert read(page).select("link[href]") + read(page).select("[src]") == []


@pytest.mark.parametrize("path", ["/", "/wallet/", "/accounts/login/", "/nothing/", "/healthz", "/admin/"])
def test_p16_every_response_carries_the_strict_policy(client, db, path):
    """P16: signed in or out, found or not."""
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_operators_sign_in_through_the_same_page(client, db):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")


def test_a_customer_is_no_operator(signed_in):
    assert signed_in.get("/admin/").status_code in (302, 403)
    assert signed_in.get("/admin/wallet/conversion/").status_code in (302, 403)
    assert factories.User.objects.get(username="mira").is_staff is False


# --- what went wrong, in words, under htmx too ---

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing/", 404, "Page not found If you typed the address, check it."),
        ("/conversions/CV-0000-0000/", 404, "Page not found If you typed the address, check it."),
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


def test_too_many_attempts_say_when_to_try_again(client, db, text):
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


def test_the_regions_that_speak_are_empty_at_load(signed_in):
    page = read(signed_in.get("/wallet/dust/"))
    for name in ("say", "say-dialog"):
        assert (page.find(f"#{name}")["role"], page.find(f"#{name}")["aria-atomic"]) == ("status", "true")
        assert page.find(f"#{name}").children == []
    for name in ("warn", "warn-dialog"):
        assert page.find(f"#{name}")["role"] == "alert"
        assert page.find(f"#{name}").children == []


def test_what_the_browser_loads_is_within_its_weight():
    def weight(folder):
        files = Path(settings.BASE_DIR / "static" / folder).iterdir()
        return sum(len(gzip.compress(file.read_bytes())) for file in files)

    assert 0 < weight("js") <= 4096
    assert 0 < weight("css") <= 10_240
