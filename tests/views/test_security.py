"""The page of an account's security: how one signs in, where one is signed in, and what happened."""

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from tests.support import factories
from tests.support.html import read
from tests.support.second_factors import PASSWORD, PHONE, SIGN_IN, give_passkey, kinds, prove, sign_in
from wallet.models import SecurityEvent

PAGE = "/settings/security/"


def test_the_settings_lead_there_and_it_says_how_one_signs_in(client, world, text):
    sign_in(client)
    link = read(client.get("/settings/")).find("a[href=/settings/security/]")
    page = text(client.get(link["href"]))
    for said in ("Change password", "Set up codes", "Add a passkey", "This browser"):
        assert said in page, said
    assert "Sign out everywhere else" not in page


def test_signed_out_it_asks_to_sign_in_first(client, db):
    assert client.get(PAGE).headers["Location"] == f"{SIGN_IN}?next={PAGE}"


def test_it_is_only_looked_at(signed_in):
    assert signed_in.post(PAGE).status_code == 405


# --- sessions and events ---------------------------------------------------------------------------------------------


@pytest.fixture
def two(client, world):
    """The customer in two browsers: this one, and a phone."""
    phone = Client()
    sign_in(phone, agent=PHONE)
    sign_in(client)
    return client, phone


def test_every_browser_is_listed_with_its_device_and_address(two, text):
    page = text(two[0].get(PAGE))
    assert "Firefox on Linux This browser" in page
    assert "Safari on iPhone 127.0.0.1" in page


def test_one_other_browser_is_signed_out_after_a_fresh_proof(two, world):
    here, phone = two
    number = read(here.get(PAGE)).select("#sessions form")[0]["action"]
    assert here.post(number).headers["Location"].startswith("/accounts/reauthenticate/")
    assert phone.get("/wallet/").status_code == 200
    prove(here, world.user)
    assert here.post(number).headers["Location"] == PAGE
    assert phone.get("/wallet/").status_code == 302
    assert here.get("/wallet/").status_code == 200
    assert kinds(world.user)[0] == "session_ended"


def test_the_proof_that_a_press_asks_for_carries_the_press_out(two):
    here, phone = two
    asked = here.post(f"{PAGE}sessions/end-others/")
    here.post(asked.headers["Location"], {"password": PASSWORD})
    assert phone.get("/wallet/").status_code == 302
    assert here.get("/wallet/").status_code == 200


def test_signing_out_everywhere_else_leaves_this_browser_and_other_people(two, world):
    here, phone = two
    other = Client()
    factories.user("other")
    sign_in(other, "other")
    prove(here, world.user)
    here.post(f"{PAGE}sessions/end-others/")
    assert (phone.get("/wallet/").status_code, here.get("/wallet/").status_code) == (302, 200)
    assert other.get("/wallet/").status_code == 200
    assert "Other devices were signed out" in mail.outbox[-1].subject


def test_a_browser_whose_session_is_gone_is_not_listed(two, text):
    here, phone = two
    Session.objects.filter(session_key=phone.session.session_key).delete()
    assert "iPhone" not in text(here.get(PAGE)).partition("What happened")[0]


def test_a_new_device_is_told_of_once_and_the_first_is_none(client, world):
    sign_in(client)
    assert mail.outbox == []
    for _ in range(2):
        client.post("/accounts/logout/")
        sign_in(client, agent=PHONE)
    assert [sent.to for sent in mail.outbox] == [["mira@example.com"]]
    assert "A new device signed in" in mail.outbox[0].subject
    assert sorted(kinds(world.user)) == ["new_device", "signed_in", "signed_in", "signed_out", "signed_out"]


def test_the_events_say_what_when_on_which_device_and_from_where(client, world, text):
    client.post(SIGN_IN, {"login": "MIRA", "password": "wrong"}, headers={"User-Agent": PHONE})
    sign_in(client)
    page = text(client.get(PAGE)).partition("What happened")[2]
    assert "A sign-in was refused Safari on iPhone · 127.0.0.1" in page
    assert "Signed in Firefox on Linux · 127.0.0.1" in page
    assert "wrong" not in page.partition("Time zone")[0].replace("wrong,", "")


def test_p17_every_event_is_in_the_log_too(client, world, events, caplog):
    """P17: whose it was and from where, without what was typed."""
    client.post(SIGN_IN, {"login": "mira@example.com", "password": "hunter2"})
    sign_in(client)
    assert ("refused", world.user.pk) in [(event["kind"], event["account_id"]) for event in events("security_event")]
    assert len(events("signed_in")) == 1
    assert "hunter2" not in caplog.text
    assert PASSWORD not in caplog.text


def test_the_page_asks_the_same_of_the_database_whatever_there_is(signed_in, world, queries):
    few = len(queries(signed_in.get, PAGE))
    for number in range(5):
        give_passkey(world.user, f"Key {number}")
        SecurityEvent.objects.create(user=world.user, kind="refused", device=f"x{number}\x00"[:-1])
    assert len(queries(signed_in.get, PAGE)) == few


def test_it_asks_no_more_of_the_database_for_twenty_browsers_than_for_one(client, world, queries):
    sign_in(client)
    sent = queries(client.get, PAGE)
    for _ in range(19):
        sign_in(Client())
    assert len(queries(client.get, PAGE)) == len(sent)
    assert len(read(client.get(PAGE)).select("#sessions form")) == 20  # 19 of them to end, and all others at once


def test_p13_somebody_elses_passkey_and_session_are_not_there(signed_in, world):
    """P13: the same answer as for what does not exist."""
    other = factories.user("other")
    theirs = Client()
    sign_in(theirs, "other")
    passkey = give_passkey(other)
    prove(signed_in, world.user)
    session = other.usersession_set.get()
    for path in (f"passkeys/{passkey.pk}/", f"passkeys/{passkey.pk}/remove/", "passkeys/999999999999999999/"):
        assert signed_in.get(f"{PAGE}{path}").status_code == 404
        assert signed_in.post(f"{PAGE}{path}", {"name": "mine"}).status_code == 404
    for number in (session.pk, 10**17):
        assert signed_in.post(f"{PAGE}sessions/{number}/end/").status_code == 404
    assert signed_in.post(f"{PAGE}sessions/{10**18}/end/").status_code == 404
    assert theirs.get("/wallet/").status_code == 200
