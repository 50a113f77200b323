import pytest
from django.db import OperationalError, connection

from wallet import retrying
from wallet.retrying import Busy, retried


def failing(times, cause):
    """A verb that the database refuses so many times, and the list of its calls."""
    calls = []

    @retried
    def verb():
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError(str(cause)) from cause
        return "done"

    return verb, calls


class Cause(Exception):
    def __init__(self, sqlstate, text="refused"):
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(retrying.time, "sleep", lambda seconds: None)


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("cause", [Cause("40001"), Cause("40P01"), Cause("55P03"), Cause(None, "database is locked")])
def test_what_the_database_refuses_only_for_now_is_tried_again(cause):
    verb, calls = failing(4, cause)
    assert verb() == "done"
    assert len(calls) == 5


def test_a_database_that_goes_on_refusing_is_busy():
    verb, calls = failing(9, Cause("40P01"))
    with pytest.raises(Busy):
        verb()
    assert len(calls) == retrying.ATTEMPTS


def test_a_statement_that_took_too_long_is_not_tried_again():
    verb, calls = failing(9, Cause("57014"))
    with pytest.raises(Busy):
        verb()
    assert len(calls) == 1


def test_other_errors_are_reported_as_they_are():
    connection.ensure_connection()
    verb, calls = failing(9, Cause("42P01", "no such table"))
    with pytest.raises(OperationalError, match="no such table"):
        verb()
    assert len(calls) == 1


def test_a_connection_that_is_gone_is_opened_again(monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    verb, calls = failing(1, Cause(None, "server closed the connection"))
    assert verb() == "done"
    assert len(calls) == 2


def test_inside_a_larger_transaction_it_runs_once():
    from django.db import transaction

    verb, calls = failing(9, Cause("40P01"))
    with pytest.raises(OperationalError), transaction.atomic():
        verb()
    assert len(calls) == 1
