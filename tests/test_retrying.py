import pytest
from django.db import OperationalError, connection

from tests import factories
from wallet import conversions, ledger, retrying
from wallet.audit import audit
from wallet.models import Asset, Conversion
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


@pytest.mark.parametrize(
    "verb", ["quote", "confirm", "claim", "decide", "release", "give up", "deposit", "adjust", "sum of the house"]
)
def test_every_verb_that_writes_is_tried_again(transactional_db, clock, monkeypatch, verb):
    """A verb that meets a lock timeout has its way the next time, and nobody hears of it."""
    world = factories.World(clock)
    btc = Asset.objects.get(code="BTC")
    last = world.quoted("DOGE") if verb == "confirm" else world.confirmed("DOGE") if verb != "quote" else None
    world.observe()
    if verb == "give up":
        Conversion.objects.update(attempts=conversions.MAX_ATTEMPTS)
        clock.tick(seconds=10)
    claimed = conversions._claim(last.reference) if verb in ("decide", "release") else None
    works = {
        "quote": lambda: conversions.quote(user=world.user, codes=["DOGE"]),
        "confirm": lambda: conversions.confirm(user=world.user, reference=last.reference),
        "claim": lambda: conversions._claim(last.reference),
        "decide": lambda: conversions._decide(reference=last.reference),
        "release": lambda: conversions._release(claimed),
        "give up": lambda: conversions._give_up(last.reference),
        "deposit": lambda: ledger.deposit(user=world.user, asset=btc, units=1, reference="D"),
        "adjust": lambda: ledger.adjust(user=world.user, asset=btc, units=1, reference="A"),
        "sum of the house": ledger.sum_house_balances,
    }
    refusals = iter([Cause("55P03")])

    def refuse_once(execute, sql, params, many, context):
        if sql.startswith(("UPDATE", "INSERT", "SELECT MAX")) and (cause := next(refusals, None)):
            raise OperationalError(str(cause)) from cause
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_once):
        works[verb]()
    assert next(refusals, None) is None  # it was refused once
    assert list(audit()) == []
