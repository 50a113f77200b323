"""The guards themselves: whether triggers, functions, constraints and indexes are there, as they were made, and asked."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from wallet.audit.violation import Violation
from wallet.database import guards, schema

HINT = "See “The guards” in docs/operating.md."


def guards_stand() -> Iterator[Violation]:
    """P14: what refuses to change the ledger has not been taken away, changed or switched off."""
    missing, _ = _migrations(connection)
    if missing:
        yield Violation(
            "P14", "database", f"migrations have not run, so guards cannot be compared: {', '.join(missing)}"
        )
        return
    for problem in _problems(connection):
        yield Violation("P14", "database", problem)


def check(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None, **options: Any
) -> list[checks.CheckMessage]:
    """The same for `manage.py check --database`, which `migrate` runs too: what has yet to run is no error there."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        missing, some_ran = _migrations(connections[alias])
        if not missing:
            found += [
                checks.Error(f"{problem}.", hint=HINT, obj=alias, id="wallet.E001")
                for problem in _problems(connections[alias])
            ]
        elif some_ran:
            words = f"Guards are compared once these migrations have run: {', '.join(missing)}."
            found.append(checks.Warning(words, obj=alias, id="wallet.W001"))
    return found


def _problems(connection: BaseDatabaseWrapper) -> Iterator[str]:
    try:
        yield from schema.differences(connection)
    except DatabaseError as error:  # such as for a role that may make no temporary tables
        yield f"guards cannot be compared: {error}"


def _migrations(connection: BaseDatabaseWrapper) -> tuple[list[str], bool]:
    """The migrations that have not run, and whether any has."""
    ran = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == guards.APP}
    return [name for name in guards.migration_names() if name not in ran], bool(ran)
