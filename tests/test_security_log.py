"""P17: signing in and out, what changes an account, refusals and what the staff does are logged: who, what and from where."""

import logging

import pytest
from django.contrib.auth.models import User
from structlog.contextvars import get_contextvars

from tests.support import factories
from tests.support.console import console
from wallet import security_log
from wallet.models import Asset

PASSWORD = "correct horse battery"
AWAY = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def lines(caplog):
    """Each event with whose request it was, as the log has it."""
    found = []

    class Taker(logging.Handler):
        def emit(self, record):
            if isinstance(record.msg, dict):
                found.append({**get_contextvars(), **record.msg})

    handler = Taker()
    logging.getLogger().addHandler(handler)
    yield lambda event: [line for line in found if line["event"] == event]
    logging.getLogger().removeHandler(handler)


def sign_in(client, password=PASSWORD, login="mira"):
    return client.post("/accounts/login/", {"login": login, "password": password}, **AWAY)


def test_p17_a_sign_in_says_who_how_and_from_where(client, world, lines):
    sign_in(client)
    (line,) = lines("signed_in")
    assert (line["user_id"], line["address"], line["by"]) == (world.user.pk, "203.0.113.7", ["password"])
    assert line["is_staff"] is False
    (request,) = lines("request_finished")
    assert (request["request"], request["code"], request["user_id"]) == ("POST /accounts/login/", 302, world.user.pk)
    assert request["request_id"] == line["request_id"]


def test_p17_a_failure_says_from_where_and_marks_the_same_name_alike(client, world, lines):
    """P17: and never what was typed, which may be a password in the wrong field."""
    for login in ("mira", "MIRA", "hunter2"):
        sign_in(client, "hunter2", login)
    first, second, other = lines("sign_in_failed")
    assert first["address"] == "203.0.113.7"
    assert first["name_mark"] == second["name_mark"] != other["name_mark"]
    assert "hunter2" not in f"{first}{other}"
    assert "mira" not in f"{first}{second}".lower()


def test_p17_a_sign_out_says_who(signed_in, world, lines):
    signed_in.post("/accounts/logout/", **AWAY)
    (line,) = lines("signed_out")
    assert (line["user_id"], line["address"]) == (world.user.pk, "203.0.113.7")
    signed_in.get("/help/")
    assert "user_id" not in lines("request_finished")[-1]


def test_p17_what_changes_an_account_says_whose_and_from_where(world, client, lines):
    client.force_login(world.user)
    fields = {
        "oldpassword": PASSWORD,
        "password1": "an otter crosses nine rivers",
        "password2": "an otter crosses nine rivers",
    }
    client.post("/accounts/password/change/", fields, **AWAY)
    found = [line for line in lines("security_event") if line["kind"] == "password_changed"]
    assert [(line["account_id"], line["address"]) for line in found] == [(world.user.pk, "203.0.113.7")]
    assert "otter" not in f"{lines('security_event')}{lines('request_finished')}"


def test_p17_a_refusal_says_which_to_whom_and_from_where(signed_in, world, lines):
    world.settled("DOGE")
    response = signed_in.post("/wallet/dust/", {"asset": ["ETH"]}, **AWAY)
    assert response.status_code in (409, 422)
    (line,) = lines("refused")
    assert (line["user_id"], line["address"], line["code"]) == (world.user.pk, "203.0.113.7", "wait")


def test_p17_what_the_staff_does_says_which_fields_of_which_row_and_not_their_contents(
    client, world, lines, django_capture_on_commit_callbacks
):
    """P17: the same as the staff's own log, in the one that no operator of the site can change; once it is committed."""
    operator = factories.operator()
    client.force_login(operator)
    asset = Asset.objects.get(code="DOGE")
    fields = {"code": "DOGE", "name": "Dogecoin the second", "scale": 6, "status": "listed"}
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"/admin/wallet/asset/{asset.pk}/change/", fields, **AWAY)
        assert lines("staff_acted") == []
    assert response.status_code == 302
    (line,) = lines("staff_acted")
    told = {
        "staff_id": operator.pk,
        "origin": "page",
        "deed": "changed",
        "model": "wallet.asset",
        "row": str(asset.pk),
        "fields": ["name"],
        "address": "203.0.113.7",
    }
    assert {name: line[name] for name in told} == told
    assert line["request_id"] == lines("request_finished")[-1]["request_id"]
    assert "second" not in f"{line}"


def test_p20_the_staff_deletes_nothing_in_bulk(client, world, lines):
    """P20: of many rows in one press the admin tells nobody one by one."""
    client.force_login(factories.operator())
    group = factories.user("two")
    client.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"})
    assert User.objects.filter(pk=group.pk).exists()


def test_p16_a_post_without_its_token_is_logged(client, world, lines):
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(world.user)
    strict.post("/wallet/dust/", **AWAY)
    (line,) = lines("token_missing")
    assert (line["user_id"], line["address"]) == (world.user.pk, "203.0.113.7")


def test_p17_a_fault_is_one_line_with_its_traceback(signed_in, monkeypatch, lines):
    monkeypatch.setattr("wallet.views.history.PAGE", None)
    signed_in.raise_request_exception = False
    signed_in.get("/conversions/?status=completed", **AWAY)
    (line,) = lines("request_failed")
    assert (line["request"], line["address"]) == ("GET /conversions/", "203.0.113.7")
    assert line["exc_info"]
    assert lines("request_finished") == []


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_p17_what_an_admins_address_holds_begins_no_line(client, world, as_json):
    """P17, S10: as `/admin/…?_to_field=x%0A…` did."""
    client.force_login(factories.operator())
    handler, stream = console(as_json=as_json)
    logging.getLogger().addHandler(handler)
    client.get("/admin/wallet/asset/?_to_field=x%0A2026-01-01%20forged")
    client.get("/admin/wallet/asset/%0A2026-01-01%20forged/")
    logging.getLogger().removeHandler(handler)
    written = stream.getvalue()
    assert written.count("forged") >= 2
    assert not any(line.startswith("2026-01-01 forged") for line in written.splitlines())


def test_a_request_whose_address_nobody_tells_is_answered(rf):
    assert security_log.client_address(rf.get("/", REMOTE_ADDR="")) == ""
    assert security_log.client_address(rf.get("/", REMOTE_ADDR="203.0.113.7")) == "203.0.113.7"


@pytest.mark.parametrize(
    ("fields", "headers", "reason"),
    [
        ({}, {"Host": "evil.example"}, "DisallowedHost"),
        ({}, {"Host": "a\x01b/"}, "DisallowedHost"),
        ({f"f{number}": "" for number in range(5001)}, {}, "TooManyFieldsSent"),
    ],
)
def test_p17_what_a_stranger_sends_that_cannot_be_read_is_a_warning_and_no_fault(
    client, db, events, caplog, text, fields, headers, reason
):
    """P17: a fault calls an operator, and anybody could cause any number."""
    client.raise_request_exception = False
    page = client.post("/accounts/login/", fields, headers=headers)
    assert (page.status_code, "There is a problem" in text(page)) == (400, False)
    assert "<h1" in page.content.decode()
    (said,) = events("request_unreadable", "WARNING")
    assert (said["at"], said["reason"]) == ("/accounts/login/", reason)
    assert [record.levelname for record in caplog.records if record.exc_info or record.levelname == "ERROR"] == []
