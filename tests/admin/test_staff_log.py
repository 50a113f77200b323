"""P20: every write of the admin is in the staff's log with before and after; the log is searched, filtered and exported."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection

from tests.support import factories
from tests.support.attacks import sql
from tests.support.html import read
from wallet import staff_log
from wallet.admin.base import Newest, Recorded
from wallet.admin.staff_actions import StaffActionAdmin
from wallet.database import clock
from wallet.models import Asset, Opening, StaffAction

LOG = "/admin/wallet/staffaction/"
CLOSING = {"notice": "We are moving.", "reason": "Another machine."}
ASSET = {"code": "DOGE", "name": "Dogecoin", "scale": 6, "status": "listed", "pause_reason": ""}


def newest():
    return StaffAction.objects.first()


def did(action="tried", name="clerk", **told):
    """Something that a member of staff did."""
    clerk = User.objects.filter(username=name).first() or factories.user(name, is_staff=True)
    return staff_log.record(staff=clerk, action=action, **told)


def shown(response):
    """The numbers of the actions that a list has, in its order."""
    links = read(response).select("#result_list th a")
    return [int(link["href"].split("?")[0].strip("/").split("/")[-2]) for link in links]


# --- what gets there -------------------------------------------------------------------------------------------------


def test_every_page_of_the_admin_is_one_whose_writes_are_recorded():
    for model in apps.get_models():
        if admin.site.is_registered(model):
            assert isinstance(admin.site.get_model_admin(model), Recorded), model


def test_p20_what_is_added_is_told_with_all_its_fields_and_its_reason(operator):
    """P20: and by whom, from where, under which request."""
    operator.post("/admin/wallet/opening/add/", CLOSING, REMOTE_ADDR="203.0.113.7")
    told = newest()
    closing = Opening.objects.get()
    assert (told.staff_name, told.origin, told.action) == ("admin", "page", "added")
    assert (told.object_type, told.object_key, told.reason) == ("wallet.opening", str(closing.pk), "Another machine.")
    assert (told.before, told.address) == (None, "203.0.113.7")
    assert (told.after["is_open"], told.after["notice"]) == (False, "We are moving.")
    assert len(told.request_id) == 36


def test_p20_what_is_changed_is_told_before_and_after_and_nothing_else_of_it(operator):
    """P20: as it was when it was changed."""
    asset = Asset.objects.get(code="DOGE")
    operator.post(f"/admin/wallet/asset/{asset.pk}/change/", ASSET | {"name": "Doge"})
    told = newest()
    assert (told.action, told.object_name, told.reason) == ("changed", "DOGE", "")
    assert (told.before, told.after) == ({"name": "Dogecoin"}, {"name": "Doge"})


def test_an_opening_is_told_with_its_moments(operator):
    closing = {"closes_at_0": "2026-11-30", "closes_at_1": "12:00", "notice": "Upkeep.", "reason": "A new disk."}
    operator.post("/admin/wallet/opening/add/", closing)
    assert (newest().reason, newest().object_key) == ("A new disk.", str(Opening.objects.get().pk))
    assert newest().after["closes_at"] == "2026-11-30T12:00:00+00:00"


def test_p20_rights_are_told_by_their_names(operator):
    """P20: who took which role from whom; tests/proposals/test_rights.py has who gave it."""
    new = factories.staff("risk", "new")
    operator.post(f"/admin/auth/user/{new.pk}/change/", {"is_active": "on"})
    told = newest()
    assert told.before == {"is_staff": True, "groups": ["risk"]}
    assert told.after == {"is_staff": False, "groups": []}


def test_p20_a_new_account_and_its_mail_are_both_told_without_a_password(operator):
    """P20, P17."""
    operator.post("/admin/auth/user/add/", {"username": "new", "email": "new@example.com"})
    told = StaffAction.objects.about("new").order_by("pk")
    assert [action.action for action in told] == ["reset_sent", "added"]
    assert told[1].after == {"username": "new", "email": "new@example.com", "first_name": "", "last_name": ""}


def test_p20_what_is_deleted_is_told_with_what_it_was(operator):
    """P20: a group is all that anybody can delete."""
    group = Group.objects.create(name="readers")
    operator.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    assert (newest().action, newest().object_name) == ("deleted", "readers")
    assert newest().before["name"] == "readers"


def test_what_is_refused_is_no_action_and_djangos_own_log_stays_empty(operator):
    operator.post("/admin/wallet/opening/add/", CLOSING | {"notice": ""})
    operator.post("/admin/wallet/opening/add/", CLOSING)
    assert StaffAction.objects.count() == 1
    assert not LogEntry.objects.exists()


def test_p20_nothing_is_changed_that_cannot_be_told(operator, monkeypatch):
    """P20: a write whose action cannot be written down is taken back."""
    operator.raise_request_exception = False

    def broken(**told):
        raise RuntimeError

    monkeypatch.setattr(staff_log, "record", broken)
    assert operator.post("/admin/wallet/opening/add/", CLOSING).status_code == 500
    assert not Opening.objects.exists()


# --- what is seen of it ----------------------------------------------------------------------------------------------


def test_the_list_says_who_did_what_to_which_object_and_leads_to_all_that_was_done_to_it(operator, text):
    asset = Asset.objects.get(code="DOGE")
    did("paused", on=asset, reason="Its chain has stopped.", before={"paused": False}, after={"paused": True})
    did("paused", on=Asset.objects.get(code="ETH"))
    page = operator.get(LOG)
    for words in ("clerk", "wallet.asset DOGE", "Its chain has stopped.", "paused: false → true"):
        assert words in text(page)
    history = operator.get(f"/admin/wallet/asset/{asset.pk}/history/")
    assert history.status_code == 302
    assert shown(operator.get(history.headers["Location"])) == [StaffAction.objects.about("DOGE").get().pk]


def test_an_action_is_shown_with_all_that_it_says_and_no_field_to_change(operator, text):
    told = did(after={"name": "<b>bold</b>"})
    page = operator.get(f"{LOG}{told.pk}/change/")
    assert '{"name": "<b>bold</b>"}' in text(page)
    assert read(page).select("fieldset input") == []


@pytest.mark.parametrize("term", ["clerk", "DOGE", "R-7", "203.0.113.7", " DOGE "])
def test_it_is_searched_by_names_requests_and_addresses(operator, term):
    wanted = did(on=Asset.objects.get(code="DOGE"))
    did(name="other")
    sql("DROP TRIGGER IF EXISTS staffaction_refuses_update" + " ON wallet_staffaction" * is_postgresql())
    StaffAction.objects.filter(pk=wanted.pk).update(request_id="R-7", address="203.0.113.7")
    assert shown(operator.get(LOG, {"q": term})) == [wanted.pk]
    assert shown(operator.get(LOG, {"q": "nothing"})) == []


def is_postgresql():
    return connection.vendor == "postgresql"


def test_it_is_filtered_by_person_action_origin_and_day(operator, world):
    first = did("paused")
    world.clock.tick(days=1)
    second = did("resumed", name="other")
    third = staff_log.record_command(action="deposit")
    assert shown(operator.get(LOG)) == [third.pk, second.pk, first.pk]
    for query, found in (
        ({"person": "clerk"}, [first]),
        ({"deed": "resumed"}, [second]),
        ({"origin__exact": "command"}, [third]),
        ({"day": f"{first.created_at:%Y-%m-%d}"}, [first]),
        ({"day": f"{second.created_at:%Y-%m-%d}", "person": "other"}, [second]),
        ({"day": "2020-01-01"}, []),
    ):
        assert shown(operator.get(LOG, query)) == [action.pk for action in found], query


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "20261128T10", "１２"])
def test_what_is_no_day_is_said_and_leaves_nothing(operator, text, day):
    did()
    page = operator.get(LOG, {"day": day})
    assert "This is no day. Write it like 2026-11-28." in text(page)
    assert shown(page) == []


def test_a_day_is_chosen_beside_the_other_filters(operator):
    did()
    form = read(operator.get(LOG, {"person": "clerk", "day": "2026-11-28", "p": "1"})).find("#changelist-filter form")
    assert {field["name"]: field["value"] for field in form.select("input")} == {"person": "clerk", "day": "2026-11-28"}


def test_the_list_takes_as_many_queries_for_many_as_for_one(operator, queries):
    did()
    few = len(queries(operator.get, LOG))
    for number in range(30):
        did(f"tried_{number}", name=f"clerk{number}", on=Asset.objects.get(code="DOGE"))
    assert len(queries(operator.get, LOG)) == few
    assert few < 10


def test_pages_go_no_further_back_than_the_newest_that_are_counted(operator, monkeypatch):
    monkeypatch.setattr(Newest, "MOST", 4)
    monkeypatch.setattr(StaffActionAdmin, "list_per_page", 3)
    told = [did().pk for _ in range(5)]
    assert shown(operator.get(LOG)) == told[:1:-1]
    assert shown(operator.get(LOG, {"p": "2"})) == [told[1]]
    assert operator.get(LOG, {"p": "3"}).status_code == 302


# --- the file --------------------------------------------------------------------------------------------------------


def exported(client, **query):
    answer = client.get(f"{LOG}export.csv", query)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_file_has_what_the_filters_leave_all_of_it(operator, monkeypatch):
    monkeypatch.setattr(Newest, "MOST", 1)
    asset = Asset.objects.get(code="DOGE")
    did("paused", on=asset, reason="Ends.", before={"b": "Ü", "a": None}, after={"a": 1})
    did("paused", name="other")
    did("resumed", name="other")
    assert [row["action"] for row in exported(operator)] == ["resumed", "paused", "paused"]
    assert [row["staff"] for row in exported(operator, deed="paused", person="other")] == ["other"]
    (row,) = exported(operator, q="DOGE")
    moment = StaffAction.objects.about("DOGE").get().created_at.astimezone(UTC)
    assert datetime.fromisoformat(row["time_utc"]) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert (row["object_type"], row["object_key"], row["object"]) == ("wallet.asset", str(asset.pk), "DOGE")
    assert (row["before"], row["after"], row["reason"]) == ('{"a": null, "b": "Ü"}', '{"a": 1}', "Ends.")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t"])
def test_no_cell_of_the_file_is_a_formula(operator, sign):
    did(reason=f"{sign}cmd|' /C calc'!A0")
    (row,) = exported(operator)
    assert row["reason"] == f"'{sign}cmd|' /C calc'!A0"


def test_the_file_takes_as_many_queries_for_many_as_for_one(operator, queries):
    did()
    few = len(queries(exported, operator))
    for _ in range(30):
        did(on=Asset.objects.get(code="DOGE"))
    assert len(queries(exported, operator)) == few


def test_filters_that_are_not_sound_lead_to_the_list(operator):
    assert operator.get(f"{LOG}export.csv", {"origin__wrong": "x"}).headers["Location"] == LOG


def test_who_may_not_see_the_log_gets_no_file(client, world):
    client.force_login(factories.user("clerk", is_staff=True))
    assert client.get(f"{LOG}export.csv").status_code == 403
    assert client.get(LOG).status_code == 403


# --- many rows -------------------------------------------------------------------------------------------------------

MANY = 20_000
NUMBERS = {
    "postgresql": f"SELECT g FROM generate_series(1, {MANY}) g",
    "sqlite": f"WITH RECURSIVE n(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < {MANY}) SELECT g FROM n",
}


def fill():
    sql(
        "INSERT INTO wallet_staffaction (created_at, staff_id, staff_name, origin, action, object_type, object_key,"
        " object_name, reason, request_id) SELECT %s, 1, 'clerk' || g %% 20, 'page', 'tried' || g %% 30, 'wallet.asset',"
        f" g, 'M' || g, '', g FROM ({NUMBERS[connection.vendor]}) numbers",
        clock.now(),
    )
    sql("ANALYZE wallet_staffaction")


@pytest.mark.parametrize(
    "query",
    [{}, {"person": "clerk1"}, {"deed": "tried1"}, {"q": "M77"}, {"object_type": "wallet.asset", "object_key": "77"}],
    ids=["all", "person", "action", "search", "object"],
)
def test_no_list_reads_the_log_from_one_end_to_the_other(operator, queries, query):
    """Whatever is asked: by an index, or no further than the newest that are counted."""
    fill()
    asked = [one for one in queries(operator.get, LOG, query) if "wallet_staffaction" in one]
    assert asked
    for statement in asked:
        plan = explained(statement)
        steps = [step for step in plan if "SCAN wallet_staffaction" in step or "Seq Scan on wallet_staffaction" in step]
        assert not steps or "LIMIT" in statement, (plan, statement)
        assert not any("TEMP B-TREE" in step for step in plan), (plan, statement)


def explained(statement):
    """The steps of its plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if connection.vendor == 'sqlite' else ''} {statement}")
        return [row[-1] for row in cursor.fetchall()]
