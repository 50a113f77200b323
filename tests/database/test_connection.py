"""What each connection to the database is told when it is opened."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_the_database_is_told_to_keep_what_is_committed_and_for_how_long_to_wait():
    if connection.vendor == "sqlite":
        shown = ["PRAGMA synchronous", "PRAGMA foreign_keys", "PRAGMA recursive_triggers", "PRAGMA busy_timeout"]
        expected = [2, 1, 1, 20_000]
    else:
        shown = ["SHOW lock_timeout", "SHOW statement_timeout", "SHOW idle_in_transaction_session_timeout"]
        expected = ["5s", "10s", "15s"]
    with connection.cursor() as cursor:
        assert [cursor.execute(one) and cursor.fetchone()[0] for one in shown] == expected


def test_postgresql_plans_a_statement_once():
    """A statement that is asked again is prepared on the server: a quarter of the time of a settlement alone."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's driver keeps its statements itself")
    with connection.cursor() as cursor:
        for number in range(2):
            cursor.execute("SELECT 'planned once', %s::int", [number])
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["SELECT 'planned once', $1%"]
        )
        assert cursor.fetchone() == (1,)
