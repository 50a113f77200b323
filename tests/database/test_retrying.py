from contextlib import contextmanager
from functools import partial

import pytest
from django.db import DataError, OperationalError, connection, connections, transaction

from tests.support import factories
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.conversions import claims, settlement, sweep
from wallet.database import retrying
from wallet.database.retrying import Busy, retried
from wallet.models import Asset, Conversion, Entry


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


def test_a_value_that_the_driver_does_not_take_is_no_lost_connection():
    calls = []

    @retried
    def verb():
        calls.append(1)
        raise DataError from Cause(None, "PostgreSQL text fields cannot contain NUL (0x00) bytes")

    with pytest.raises(DataError):
        verb()
    assert len(calls) == 1


@pytest.mark.parametrize("sqlstate", [None, "57P01", "57P02", "57P03", "08006", "25P03"])
@pytest.mark.parametrize("is_usable", [False, True])
def test_a_connection_that_is_gone_is_opened_again(monkeypatch, sqlstate, is_usable):
    """Or was opened again, when a transaction was left."""
    connection.ensure_connection()
    monkeypatch.setattr(connection, "is_usable", lambda: is_usable)
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(sqlstate))
    verb, calls = failing(1, Cause(sqlstate, "server closed the connection"))
    assert verb() == "done"
    assert len(calls) == 2
    assert closed == ([] if is_usable else [sqlstate])


def test_inside_a_larger_transaction_it_runs_once():
    verb, calls = failing(9, Cause("40P01"))
    with pytest.raises(OperationalError), transaction.atomic():
        verb()
    assert len(calls) == 1


VERBS = [
    "quote",
    "confirm",
    "claim",
    "claim of a chunk",
    "decide",
    "decide together",
    "release",
    "end of a claim",
    "give up",
    "deposit",
    "adjust",
    "sum of the house",
]


@pytest.fixture
def work(transactional_db, clock):
    """Makes a verb that has something to do."""
    world = factories.World(clock)
    btc = Asset.objects.get(code="BTC")

    def prepared(verb):
        last = world.quoted("DOGE") if verb == "confirm" else world.confirmed("DOGE") if verb != "quote" else None
        world.observe()
        if verb == "give up":
            Conversion.objects.update(attempts=conversions.MAX_ATTEMPTS)
            clock.tick(seconds=10)
        claimed = claims.claim(last.reference) if verb.startswith(("decide", "release", "end")) else None
        return {
            "quote": lambda: conversions.quote(user=world.user, codes=["DOGE"]),
            "confirm": lambda: conversions.confirm(user=world.user, reference=last.reference),
            "claim": lambda: claims.claim(last.reference),
            "claim of a chunk": claims.claim_chunk,
            "decide together": lambda: settlement.complete_or_stop([last.reference], waits=False),
            "decide": lambda: settlement.complete_or_stop([last.reference], waits=True),
            "release": lambda: claims.give_back(claimed),
            "end of a claim": lambda: claims.lapse(claimed, ValueError("no")),
            "give up": lambda: sweep.give_up(last.reference),
            "deposit": lambda: ledger.deposit(user=world.user, asset=btc, units=1, reference="D"),
            "adjust": lambda: ledger.adjust(user=world.user, asset=btc, units=1, reference="A"),
            "sum of the house": ledger.sum_house_balances,
        }[verb]

    return prepared


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_writes_is_tried_again(work, verb):
    """A verb that meets a lock timeout has its way the next time, and nobody hears of it."""
    run = work(verb)
    refusals = iter([Cause("55P03")])

    def refuse_once(execute, sql, params, many, context):
        if sql.startswith(("UPDATE", "INSERT", "SELECT MAX")) and (cause := next(refusals, None)):
            raise OperationalError(str(cause)) from cause
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_once):
        run()
    assert next(refusals, None) is None  # it was refused once
    assert list(audit()) == []


@contextmanager
def held(user):
    """Somebody else holds what every verb locks first, and nobody waits for long."""
    made = connections.create_connection("default")
    with made.cursor() as other, connection.cursor() as mine:
        if connection.vendor == "sqlite":
            mine.execute("PRAGMA busy_timeout = 1")
            other.execute("BEGIN IMMEDIATE")
        else:
            mine.execute("SET lock_timeout = '1ms'")
            other.execute("BEGIN")
            other.execute("SELECT 1 FROM wallet_customer WHERE user_id = %s FOR UPDATE", [user.pk])
        try:
            yield
        finally:
            made.close()
            connection.close()


def test_a_lock_that_is_held_for_long_is_busy_and_nothing_else(transactional_db, clock):
    """Whatever meets it: no other error, no attempt used up, nothing changed."""
    world = factories.World(clock)
    quote, btc = world.quoted("DOGE"), Asset.objects.get(code="BTC")
    confirms = partial(conversions.confirm, user=world.user, reference=quote.reference)
    deposits = partial(ledger.deposit, user=world.user, asset=btc, units=1, reference="D")
    quotes = partial(conversions.quote, user=world.user, codes=["DOGE"])
    settles = partial(conversions.settle, reference=quote.reference)
    for verbs in ((quotes, confirms, deposits), (settles,)):
        before = history()
        with held(world.user):
            for verb in verbs:
                with pytest.raises(Busy):
                    verb()
        assert [row | {"next_attempt_at": None} for row in history()[1]] == [
            row | {"next_attempt_at": None} for row in before[1]
        ]
        assert history()[0] == before[0]
        confirms()
        world.observe()
    assert settles().is_completed


def end_session():
    """The server ends this very session, as it does with all of them when it stops."""
    with connection.wrap_database_errors:
        connection.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.parametrize("verb", VERBS)
def test_a_session_that_ends_in_the_middle_of_a_verb_is_followed_by_another(work, verb):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no session that could end.")
    run, ends = work(verb), iter([end_session])

    def end_once(execute, sql, params, many, context):
        if sql.startswith(("UPDATE", "INSERT", "SELECT MAX")) and (end := next(ends, None)):
            end()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end_once):
        run()
    assert next(ends, None) is None
    assert list(audit()) == []


@pytest.mark.parametrize("verb", ["confirm", "decide", "give up", "deposit", "adjust"])
def test_p4_a_commit_whose_answer_is_lost_has_one_effect(work, monkeypatch, verb):
    """P4: the verb runs again without knowing that it was done, and finds it done."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite's answer cannot be lost.")
    run, ends = work(verb), iter([end_session])
    plain = connection._commit  # noqa: SLF001  # there is no other moment just after a commit

    def commit():
        plain()
        now = history()
        plain()  # of the reading
        if now != before and (end := next(ends, None)):
            written.append(now)
            end()

    before, written = history(), []
    monkeypatch.setattr(connection, "_commit", commit)
    assert run() is not None or verb == "give up"
    assert next(ends, None) is None
    assert written == [history()]
    assert list(audit()) == []


def history():
    entries = Entry.objects.order_by("pk").values_list("transaction", "account", "units", "balance_units")
    return list(entries), list(Conversion.objects.order_by("pk").values())


def test_a_server_that_stays_away_is_reported_as_it_is():
    """Nobody knows whether the verb was done, and Busy would say that it was not."""
    verb, calls = failing(9, Cause(None, "connection refused"))
    with pytest.raises(OperationalError, match="connection refused"):
        verb()
    assert len(calls) == retrying.ATTEMPTS
