"""Rows as nobody can write them while the database's guards stand."""

from django.db import connection


def without_guards(*statements: str) -> None:
    """Tampers with the ledger as nobody can while the guards stand; the test's end takes it all back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
