"""What the guards of 0002 leave open.

An account and an asset that have ledger entries cannot be deleted, and so not be made anew under the same id either. Foreign
keys are checked at the end of a transaction only: until then a row may go and come back with another balance, owner or scale,
past the guards that watch for an UPDATE; SQLite's REPLACE does both in one statement.

The market's own prices of a quote are written once too, and its charge, source and times. R9 is judged by those prices.
"""

from django.db import migrations

from wallet.migrations import _guards

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
    for name, rule in GUARDS.items():
        _guards.create(schema_editor, name, rule)


def remove(apps, schema_editor):
    for name, (table, *_) in GUARDS.items():
        _guards.drop(schema_editor, name, table)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0008_language")]
    operations = [migrations.RunPython(guard, remove)]
