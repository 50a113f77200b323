"""An account and an asset that have ledger entries cannot be deleted, and so not be made anew under the same id either.

Foreign keys are checked at the end of a transaction only. Until then a row may go and come back with another balance,
owner or scale, past the guards that watch for an UPDATE; SQLite's REPLACE does both in one statement.
"""

from django.db import migrations

MESSAGE = "what has ledger entries is never deleted"
ENTRIES = {
    "account_is_kept": ("account", "EXISTS (SELECT 1 FROM wallet_entry e WHERE e.account_id = OLD.id)"),
    "asset_is_kept": (
        "asset",
        "EXISTS (SELECT 1 FROM wallet_entry e JOIN wallet_account a ON a.id = e.account_id WHERE a.asset_id = OLD.id)",
    ),
}


def guard(apps, schema_editor):
    for name, (table, condition) in ENTRIES.items():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE DELETE ON wallet_{table} WHEN {condition} BEGIN"
                f" SELECT RAISE(ABORT, '{MESSAGE}'); END",
                params=None,
            )
            continue
        schema_editor.execute(
            f"CREATE FUNCTION wallet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
            f" RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE DELETE ON wallet_{table} FOR EACH ROW EXECUTE FUNCTION wallet_{name}()",
            params=None,
        )


def remove(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for name, (table, _) in ENTRIES.items():
        schema_editor.execute(f"DROP TRIGGER {name}" + ("" if on_sqlite else f" ON wallet_{table}"), params=None)
        if not on_sqlite:
            schema_editor.execute(f"DROP FUNCTION wallet_{name}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0008_language")]
    operations = [migrations.RunPython(guard, remove)]
