"""Changes rows as nobody can while the guards stand, and asks the audit what it finds."""

from django.db import connection

from wallet.audit import audit


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


def found() -> list[tuple[str, str]]:
    """The audit's violations: (promise, problem)."""
    return [(violation.promise, violation.problem) for violation in audit()]
