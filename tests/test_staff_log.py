"""P17, P20: what the staff does is written down in the transaction of what it tells, whoever tells it, without secrets."""

import os
import pwd
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from tests.support import factories
from wallet import staff_log
from wallet.database import clock
from wallet.models import Asset, StaffAction, Transaction


@pytest.fixture
def clerk(db):
    return factories.user("clerk", is_staff=True)


def test_an_action_says_who_what_why_and_what_it_was_before(world, clerk):
    asset = Asset.objects.get(code="DOGE")
    staff_log.record(
        staff=clerk,
        action="delisted",
        on=asset,
        reason="Its chain has stopped.",
        before={"limit": Decimal("0.10"), "status": "listed", "delisted_on": None},
        after={"limit": Decimal("1E+2"), "status": "delisted", "delisted_on": world.clock().date()},
        origin=StaffAction.Origin.API,
    )
    told = StaffAction.objects.values().get()
    assert told.pop("created_at") == clock.now()
    del told["id"]
    assert told == {
        "staff_id": clerk.pk,
        "staff_name": "clerk",
        "origin": "api",
        "action": "delisted",
        "object_type": "wallet.asset",
        "object_key": str(asset.pk),
        "object_name": "DOGE",
        "reason": "Its chain has stopped.",
        "before": {"limit": "0.10", "status": "listed", "delisted_on": None},
        "after": {"limit": "100", "status": "delisted", "delisted_on": world.clock().date().isoformat()},
        "request_id": "",
        "address": None,
    }


@pytest.mark.parametrize("name", sorted(staff_log.SECRETS))
def test_p17_no_secret_is_written_down_however_deep_it_stands(clerk, name):
    told = staff_log.record(staff=clerk, action="tried", before={name: "hunter2"}, after={"form": {name: "hunter2"}})
    told.refresh_from_db()
    assert (told.before, told.after) == ({name: "***"}, {"form": {name: "***"}})


def test_other_rows_are_written_down_by_their_names_in_order(clerk):
    groups = Group.objects.filter(name__in=["viewer", "risk"])
    told = staff_log.record(staff=clerk, action="tried", after={"groups": groups, "by": clerk})
    assert told.after == {"groups": ["risk", "viewer"], "by": "clerk"}


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_told_and_with_one_that_fails_nothing_stays():
    clerk = factories.user("clerk", is_staff=True)
    with pytest.raises(transaction.TransactionManagementError):
        staff_log.record(staff=clerk, action="tried")
    with pytest.raises(CommandError), transaction.atomic():
        staff_log.record(staff=clerk, action="tried")
        raise CommandError
    assert not StaffAction.objects.exists()


def test_the_line_of_the_log_comes_with_the_commit_and_without_contents(
    clerk, events, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        staff_log.record(staff=clerk, action="tried", on=clerk, before={"a": "hidden"}, after={"b": "hidden"})
        assert events("staff_acted") == []
    (line,) = events("staff_acted")
    assert (line["staff_id"], line["deed"], line["model"], line["fields"]) == (
        clerk.pk,
        "tried",
        "auth.user",
        ["a", "b"],
    )
    assert "hidden" not in str(line)


# --- commands --------------------------------------------------------------------------------------------------------


def me():
    return pwd.getpwuid(os.getuid()).pw_name


def test_p20_a_command_is_told_by_the_user_of_the_machine_and_not_by_what_the_environment_says(world, monkeypatch):
    """P20: LOGNAME and USER are whatever somebody sets them to."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    call_command("deposit", "mira", "DOGE", "12.5", reference="R1", stdout=StringIO())
    told = StaffAction.objects.get()
    assert (told.staff_name, told.staff_id, told.origin, told.action) == (me(), None, "command", "deposit")
    assert told.after == {"user": "mira", "asset": "DOGE", "amount": "12.500000", "reference": "R1"}
    assert told.object_key == str(Transaction.objects.get(reference="R1").pk)


def test_who_became_another_by_sudo_is_told_too(db, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "mira\n2026")
    assert staff_log.machine_user() == f"{me()} (sudo by mira2026)"


def test_a_user_without_a_name_is_told_by_number(monkeypatch):
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    assert staff_log.machine_user() == "4000000001"


def test_a_deposit_that_is_refused_tells_of_nothing(world):
    with pytest.raises(CommandError):
        call_command("deposit", "mira", "DOGE", "0", reference="R1")
    assert not StaffAction.objects.exists()


def test_every_command_that_changes_something_tells(world):
    call_command("refresh_prices", stdout=StringIO())
    call_command("seed_demo", stdout=StringIO())
    assert list(StaffAction.objects.order_by("pk").values_list("action", "staff_name", "origin")) == [
        ("refresh_prices", staff_log.machine_user(), "command"),
        ("proposed", "admin", "page"),
        ("approved", "approver", "page"),
        ("seed_demo", staff_log.machine_user(), "command"),
    ]


# --- what the database keeps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "page", "staff_id": None},
        {"origin": "api", "staff_id": None},
        {"origin": "command", "staff_id": 1},
        {"origin": "dream", "staff_id": 1},
        {"staff_name": ""},
        {"action": ""},
    ],
)
def test_an_action_of_nobody_or_of_nothing_is_refused(db, changes):
    fields = {"origin": "page", "staff_id": 1, "staff_name": "clerk", "action": "tried", **changes}
    with pytest.raises(IntegrityError, match="staffaction_"), transaction.atomic():
        StaffAction.objects.create(**fields)
