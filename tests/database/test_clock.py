"""P5: there is one clock, and it is the database's."""

import ast
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from tests.support.site import wait_for
from wallet.database import clock

WALLET = Path(clock.__file__).parents[1]


@pytest.mark.django_db
def test_p5_the_time_is_asked_of_the_database(django_assert_num_queries):
    """P5: with an offset, so that it is the same moment for everybody."""
    with django_assert_num_queries(1):
        now = clock.now()
    assert now.utcoffset() is not None


@pytest.mark.django_db
def test_p5_the_time_goes_on_within_a_transaction():
    """P5: what waited for a lock is judged by the moment at which it got it, not by its beginning."""
    with transaction.atomic():
        first = clock.now()
        wait_for(lambda: clock.now() > first)


@pytest.mark.django_db
def test_p5_a_moment_that_is_over_lasts_for_as_long_as_it_is_asked_for_and_in_this_thread_alone():
    before = clock.now()
    moment = before - timedelta(days=30)
    elsewhere = []

    def look():
        elsewhere.append(clock.now())
        connection.close()

    with pytest.raises(KeyError), clock.past(moment):
        assert clock.now() == moment
        other = Thread(target=look)
        other.start()
        other.join()
        raise KeyError
    assert elsewhere[0] >= before
    assert clock.now() >= before


@pytest.mark.django_db
def test_p5_no_moment_to_come_is_taken_for_one_that_is_over():
    with pytest.raises(ValueError, match="still to come"), clock.past(clock.now() + timedelta(seconds=5)):
        pass


@pytest.mark.django_db
def test_p5_in_production_nothing_moves_the_clock(settings):
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured), clock.past(clock.now() - timedelta(days=1)):
        pass


def test_p5_nothing_in_the_wallet_asks_the_process_for_the_time():
    """P5: whoever did would judge by another clock. When a session ends is no judgement of money."""
    found = [
        f"{path.relative_to(WALLET)}:{node.lineno}"
        for path in WALLET.rglob("*.py")
        if path.name != "sessions.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if asks_the_process(node)
    ]
    assert found == []


CLOCKS = ("now", "utcnow", "today", "localdate", "time", "Now")
MODULES = ("datetime", "date", "time", "timezone", "functions")


def asks_the_process(node):
    """Imports a clock, names one (a default is not called), or calls one that isn't the database's.

    A moment that an object holds may be called `now` too; it is read, not called.
    """
    if isinstance(node, ast.ImportFrom):
        return node.module == "time" or not {"now", "Now", "localdate"}.isdisjoint(name.name for name in node.names)
    if isinstance(node, ast.Call):
        return is_clock(node.func) and owner(node.func) not in ("clock", "self")
    return is_clock(node) and owner(node) in MODULES


def is_clock(node):
    return isinstance(node, ast.Attribute) and node.attr in CLOCKS


def owner(node):
    return node.value.id if isinstance(node.value, ast.Name) else None


@pytest.mark.parametrize(
    "line", ["timezone.now()", "Field(default=timezone.now)", "datetime.now(UTC)", "a.time.time()"]
)
def test_p5_asking_the_process_is_noticed(line):
    """P5: called or only named; what an object holds is no clock."""
    assert any(asks_the_process(node) for node in ast.walk(ast.parse(line)))
    assert not any(asks_the_process(node) for node in ast.walk(ast.parse("clock.now() - page.now")))
