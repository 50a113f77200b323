"""How migrations make and drop a guard: a trigger that refuses a change of a row, alike on both databases."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

# The table, the event, what is refused (of the new row, NEW, or the old one, OLD), and the message.
Rule = tuple[str, str, str, str]


def create(schema_editor: BaseDatabaseSchemaEditor, name: str, rule: Rule) -> None:
    """Makes the guard of this name, which no other guard may have."""
    table, event, condition, message = rule
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON wallet_{table} WHEN {condition} BEGIN"
            f" SELECT RAISE(ABORT, '{message}'); END",
            params=None,
        )
        return
    # The row that goes on: BEFORE DELETE must return the old one.
    row = "OLD" if event == "DELETE" else "NEW"
    schema_editor.execute(
        f"CREATE FUNCTION wallet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
        f" RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$",
        params=None,
    )
    schema_editor.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON wallet_{table} FOR EACH ROW EXECUTE FUNCTION wallet_{name}()",
        params=None,
    )


def drop(schema_editor: BaseDatabaseSchemaEditor, name: str, table: str) -> None:
    """Drops the guard of this name from the table."""
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(f"DROP TRIGGER {name}" + ("" if on_sqlite else f" ON wallet_{table}"), params=None)
    if not on_sqlite:
        schema_editor.execute(f"DROP FUNCTION wallet_{name}()", params=None)


def set_aside_during(*operations: Operation) -> list[Operation]:
    """The operations with every guard of SQLite dropped before them and made again after them, word for word.

    SQLite changes most columns by building the table anew. That drops the table's guards, and fails over those of other
    tables that mention it. PostgreSQL changes a table in place and keeps its guards, so nothing is done there.
    """
    kept: list[tuple[str, str]] = []

    def drop_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            kept[:] = cursor.fetchall()
        for name, _ in kept:
            schema_editor.execute(f'DROP TRIGGER "{name}"', params=None)

    def make_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for _, sql in kept:
            schema_editor.execute(sql, params=None)
        kept.clear()

    return [migrations.RunPython(drop_all, make_again), *operations, migrations.RunPython(make_again, drop_all)]
