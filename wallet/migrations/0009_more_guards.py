"""What the guards of 0002 leave open.

An account and an asset that have ledger entries cannot be deleted, and so not be made anew under the same id either. Foreign
keys are checked at the end of a transaction only: until then a row may go and come back with another balance, owner or scale,
past the guards that watch for an UPDATE; SQLite's REPLACE does both in one statement.

The market's own prices of a quote are written once too, and its charge, source and times. R9 is judged by those prices.
"""

from django.db import migrations

KEPT = "what has ledger entries is never deleted"
QUOTED_PRICES = " OR ".join(
    f"NEW.{field} <> OLD.{field}"
    for field in ("quoted_quotes", "quoted_source", "quoted_observed_at", "quoted_charge_units")
)
# As in 0002: table, event, what is refused, the message.
GUARDS = {
    "account_is_kept": (
        "account",
        "DELETE",
        "EXISTS (SELECT 1 FROM wallet_entry e WHERE e.account_id = OLD.id)",
        KEPT,
    ),
    "asset_is_kept": (
        "asset",
        "DELETE",
        "EXISTS (SELECT 1 FROM wallet_entry e JOIN wallet_account a ON a.id = e.account_id WHERE a.asset_id = OLD.id)",
        KEPT,
    ),
    "conversion_keeps_its_quoted_prices": ("conversion", "UPDATE", QUOTED_PRICES, "a quote is written once"),
    "line_keeps_its_quoted_prices": ("line", "UPDATE", QUOTED_PRICES, "a quote is written once"),
}


def guard(apps, schema_editor):
    for name, (table, event, condition, message) in GUARDS.items():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON wallet_{table} WHEN {condition} BEGIN"
                f" SELECT RAISE(ABORT, '{message}'); END",
                params=None,
            )
            continue
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


def remove(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for name, (table, *_) in GUARDS.items():
        schema_editor.execute(f"DROP TRIGGER {name}" + ("" if on_sqlite else f" ON wallet_{table}"), params=None)
        if not on_sqlite:
            schema_editor.execute(f"DROP FUNCTION wallet_{name}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0008_language")]
    operations = [migrations.RunPython(guard, remove)]
