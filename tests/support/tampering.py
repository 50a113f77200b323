"""Changes rows as nobody can while the guards stand, and asks the audit what it finds."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from wallet.audit import Violation, audit


def without_guards(*statements: str) -> None:
    """Tampers with the ledger as nobody can while the guards stand; the test's end takes it all back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
        for _, sql in triggers:
            cursor.execute(sql)


@contextmanager
def undone() -> Iterator[None]:
    """What is tampered with here is as it was afterwards, before anybody asks whether foreign keys lead somewhere."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def without_constraint(table: str, name: str, *statements: str) -> None:
    """Tampers with a table without one of its constraints, which SQLite leaves aside with the guards."""
    if connection.vendor == "postgresql":
        drop = f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DROP CONSTRAINT {name}"
        statements = (drop, *statements)
    without_guards(*statements)


def found() -> list[tuple[str, str]]:
    """The audit's violations: (promise, problem)."""
    return [(violation.promise, violation.problem) for violation in audit()]


def found_in_rows() -> list[Violation]:
    """The same, whole, but for what it says of the constraint that was set aside."""
    return [violation for violation in audit() if violation.row != "database"]
