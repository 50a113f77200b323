"""The market's own prices of a quote are written once too, and its charge, source and times.

R9 is judged by those prices, not by the rounded rates that 0002 already keeps.
"""

from django.db import migrations

FIELDS = ["quoted_quotes", "quoted_source", "quoted_observed_at", "quoted_charge_units"]
MESSAGE = "a quote is written once"


def guard(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    condition = " OR ".join(f"NEW.{field} <> OLD.{field}" for field in FIELDS)
    for table in ("conversion", "line"):
        name = f"{table}_keeps_its_quoted_prices"
        if on_sqlite:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE ON wallet_{table} WHEN {condition} BEGIN"
                f" SELECT RAISE(ABORT, '{MESSAGE}'); END",
                params=None,
            )
            continue
        schema_editor.execute(
            f"CREATE FUNCTION wallet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
            f" RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON wallet_{table} FOR EACH ROW EXECUTE FUNCTION wallet_{name}()",
            params=None,
        )


def remove(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for table in ("conversion", "line"):
        name = f"{table}_keeps_its_quoted_prices"
        schema_editor.execute(f"DROP TRIGGER {name}" + ("" if on_sqlite else f" ON wallet_{table}"), params=None)
        if not on_sqlite:
            schema_editor.execute(f"DROP FUNCTION wallet_{name}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0009_accounts_and_assets_stay")]
    operations = [migrations.RunPython(guard, remove)]
