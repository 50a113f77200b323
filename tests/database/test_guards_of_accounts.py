"""What happened to an account is written once, and kept for a year, whoever asks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.support import factories
from wallet.database import clock
from wallet.models import Policy, SecurityEvent


@pytest.fixture
def event(db):
    return SecurityEvent.objects.create(user=factories.user(), kind="signed_in", address="192.0.2.1")


def execute(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "column", ["kind = 'refused'", "address = NULL", "created_at = created_at", "user_id = user_id"]
)
def test_p17_a_security_event_never_changes(event, column):
    """P17, P20: nobody writes over what they did."""
    with pytest.raises(IntegrityError, match="written once"):
        execute(f"UPDATE wallet_securityevent SET {column}")


def test_p17_a_security_event_is_kept_for_a_year(event):
    with pytest.raises(IntegrityError, match="kept for a year"):
        execute("DELETE FROM wallet_securityevent")
    assert SecurityEvent.objects.clear(clock.now()) == 0
    assert SecurityEvent.objects.count() == 1


def test_what_is_older_goes_and_nothing_else(event, monkeypatch):
    real = clock.now
    with monkeypatch.context() as then:
        then.setattr(clock, "now", lambda: real() - timedelta(days=367))
        SecurityEvent.objects.create(user=event.user, kind="signed_out")
        SecurityEvent.objects.create(user=event.user, kind="signed_out")
    with pytest.raises(IntegrityError, match="kept for a year"):
        execute("DELETE FROM wallet_securityevent")
    assert SecurityEvent.objects.clear(clock.now()) == 2
    assert SecurityEvent.objects.get() == event


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no TRUNCATE.")
def test_security_events_are_never_emptied(event):
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was inserted waits to be checked, and nothing that waits is emptied
    with pytest.raises(IntegrityError, match="never emptied"):
        execute("TRUNCATE wallet_securityevent CASCADE")


def test_a_user_with_events_is_not_deleted(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        event.user.delete()


def test_the_policy_knows_what_it_asks_of_customers(db):
    assert Policy.objects.current().second_factor == "none"
    with pytest.raises(IntegrityError, match="policy_second_factor_is_known"), transaction.atomic():
        factories.policy(second_factor="maybe")
