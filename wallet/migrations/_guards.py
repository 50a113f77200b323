"""How migrations make and drop a guard: a trigger that refuses a change of a row, alike on both databases."""


def create(schema_editor, name, rule):
    """`rule` is the table, the event, what is refused (of the new row, NEW, or the old one, OLD), and the message."""
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


def drop(schema_editor, name, table):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(f"DROP TRIGGER {name}" + ("" if on_sqlite else f" ON wallet_{table}"), params=None)
    if not on_sqlite:
        schema_editor.execute(f"DROP FUNCTION wallet_{name}()", params=None)
