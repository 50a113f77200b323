"""How long a session lasts (S4), in moments; nobody waits."""

from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session

from tests.support import factories
from tests.support.clock import Clock
from tests.support.second_factors import PASSWORD
from wallet import sessions

SIGN_IN = "/accounts/login/"


@pytest.fixture
def watch(monkeypatch):
    """The web process's clock."""
    watch = Clock()
    watch.at = datetime.now(UTC)
    monkeypatch.setattr(sessions, "moment", watch)
    return watch


@pytest.fixture
def enter(client, world, watch):
    """Signs somebody in by the page, and says what becomes of it."""

    def sign_in(name="mira", **fields):
        client.post(SIGN_IN, {"login": name, "password": PASSWORD, **fields})
        return client

    return sign_in


def is_in(client):
    return client.get("/help/").context["shell"].user is not None


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (30, False)])
def test_s4_half_an_hour_without_activity_ends_a_session(enter, watch, minutes, stays):
    client = enter()
    watch.tick(minutes=minutes)
    assert is_in(client) is stays


def test_activity_carries_a_session_on_until_twelve_hours_are_over(enter, watch):
    client = enter()
    for _ in range(35):
        watch.tick(minutes=20)
        assert is_in(client)
    watch.tick(minutes=20)
    assert not is_in(client)


@pytest.mark.parametrize(("days", "stays"), [(13, True), (14, False)])
def test_who_asked_to_stay_signed_in_does_for_fourteen_days_whatever_was_done(enter, watch, days, stays):
    client = enter(remember="on")
    watch.tick(days=days)
    assert is_in(client) is stays


def test_staff_never_stay_signed_in(enter, watch):
    factories.user("clerk", is_staff=True)
    client = enter("clerk", remember="on")
    watch.tick(minutes=2)
    assert is_in(client)
    assert client.session.get_expire_at_browser_close()
    watch.tick(minutes=30)
    assert not is_in(client)


def test_a_session_that_is_over_is_gone_on_the_server_too(enter, watch):
    client = enter()
    key = client.session.session_key
    assert Session.objects.filter(session_key=key).exists()
    watch.tick(minutes=30)
    client.get("/wallet/")
    assert not Session.objects.filter(session_key=key).exists()
    client.cookies["sessionid"] = key
    assert not is_in(client)


def test_the_page_to_sign_in_says_why_and_leads_back(enter, watch, text):
    client = enter()
    watch.tick(minutes=30)
    page = client.get("/conversions/?status=failed", follow=True)
    assert page.redirect_chain[-1][0].startswith(f"{SIGN_IN}?next=/conversions/%3Fstatus%3Dfailed")
    said = "You were signed out after 30 minutes without activity. Sign in to carry on."
    assert said in text(page)
    assert "signed out" not in text(client.get(SIGN_IN))


def test_twelve_hours_are_another_sentence(enter, watch, text):
    client = enter()
    watch.tick(hours=12)
    assert "You were signed out, because a session lasts no longer." in text(client.get("/wallet/", follow=True))


def test_htmx_is_sent_to_sign_in_with_the_same_reason(enter, watch):
    client = enter()
    watch.tick(minutes=30)
    answer = client.post("/wallet/dust/estimate/", {"asset": "DOGE"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith(f"{SIGN_IN}?next=/wallet/dust/")
    assert answer.headers["HX-Redirect"].endswith("&ended=idle")


def test_the_last_use_is_written_down_once_a_minute_at_most(enter, watch, queries):
    client = enter()
    client.get("/help/")
    watch.tick(seconds=59)
    assert not [sql for sql in queries(client.get, "/help/") if sql.startswith(("UPDATE", "INSERT"))]
    watch.tick(seconds=1)
    assert [sql for sql in queries(client.get, "/help/") if sql.startswith("UPDATE")]


def test_a_session_from_before_there_were_limits_begins_now(signed_in, watch):
    session = signed_in.session
    del session[sessions.BEGAN]
    session.save()
    assert is_in(signed_in)
    watch.tick(hours=12)
    assert not is_in(signed_in)
