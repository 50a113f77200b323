"""What the database itself refuses, beyond constraints, whoever asks: the application, the admin, or SQL by hand.

Entries, transactions, policies and openings are written once. A balance moves only as its newest entry says. The entries of
a transaction add up to zero for each asset. A quote is written once, the market's own prices in it too, because R9 is judged
by them. A conversion that has ended, and its lines, never change.

An account and an asset that have ledger entries cannot be deleted, and so not be made anew under the same id either. Foreign
keys are checked at the end of a transaction only: until then a row may go and come back with another balance, owner or scale,
past the guards that watch for an UPDATE; SQLite's REPLACE does both in one statement.

On SQLite a later migration that rebuilds a table drops the table's triggers with it; it must make them again. The tests
attack every guard here, so they say so.
"""

from django.db import migrations

from wallet.database import guards

APPEND_ONLY = ["entry", "transaction", "policy", "opening"]
KEPT = [*APPEND_ONLY, "conversion", "line", "account"]

QUOTED = ["rate_btc", "path", "legs", "source", "observed_at", "gross_units", "fee_units", "net_units", "value_sats"]
CHANGES_THE_QUOTE = " OR ".join(f"NEW.quoted_{field} <> OLD.quoted_{field}" for field in QUOTED)
HAS_ENTRIES = "what has ledger entries is never deleted"

# Guards that ask a question of the new row (NEW) or the old one (OLD): table, event, what is refused, the message.
GUARDS = {
    "entry_before_its_transaction": (
        "entry",
        "INSERT",
        "EXISTS (SELECT 1 FROM wallet_transaction t WHERE t.id = NEW.transaction_id)",
        "a transaction that is written takes no more entries",
    ),
    "transaction_has_entries": (
        "transaction",
        "INSERT",
        "(SELECT count(*) FROM wallet_entry e WHERE e.transaction_id = NEW.id) < 2",
        "a transaction has at least two entries",
    ),
    "transaction_adds_up": (
        "transaction",
        "INSERT",
        "EXISTS (SELECT 1 FROM wallet_entry e JOIN wallet_account a ON a.id = e.account_id"
        " WHERE e.transaction_id = NEW.id GROUP BY a.asset_id HAVING sum(e.units) <> 0)",
        "the entries of a transaction add up to zero for each asset",
    ),
    "transaction_moved_its_balances": (
        "transaction",
        "INSERT",
        "EXISTS (SELECT 1 FROM wallet_entry e JOIN wallet_account a ON a.id = e.account_id"
        " WHERE e.transaction_id = NEW.id AND ((a.kind = 'customer') <> (e.sequence IS NOT NULL)"
        " OR e.sequence <> a.sequence OR e.balance_units <> a.units))",
        "the balances say what the newest entries say",
    ),
    "account_starts_empty": (
        "account",
        "INSERT",
        "NEW.units <> 0 OR NEW.sequence <> 0",
        "an account starts empty",
    ),
    "account_moves_by_its_entry": (
        "account",
        "UPDATE",
        "(NEW.units <> OLD.units OR NEW.sequence <> OLD.sequence) AND NOT EXISTS (SELECT 1 FROM wallet_entry e"
        " WHERE e.account_id = NEW.id AND e.sequence = NEW.sequence AND e.sequence = OLD.sequence + 1"
        " AND e.balance_units = NEW.units AND e.units = NEW.units - OLD.units)",
        "a balance moves only as its newest entry says",
    ),
    "account_keeps_its_owner": (
        "account",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.asset_id <> OLD.asset_id"
        " OR coalesce(NEW.user_id, 0) <> coalesce(OLD.user_id, 0)",
        "an account keeps its owner, kind and asset",
    ),
    "account_is_kept": (
        "account",
        "DELETE",
        "EXISTS (SELECT 1 FROM wallet_entry e WHERE e.account_id = OLD.id)",
        HAS_ENTRIES,
    ),
    "asset_is_kept": (
        "asset",
        "DELETE",
        "EXISTS (SELECT 1 FROM wallet_entry e JOIN wallet_account a ON a.id = e.account_id WHERE a.asset_id = OLD.id)",
        HAS_ENTRIES,
    ),
    "asset_keeps_its_scale": (
        "asset",
        "UPDATE",
        "(NEW.scale <> OLD.scale OR NEW.id <> OLD.id OR NEW.code <> OLD.code) AND EXISTS (SELECT 1 FROM wallet_entry e"
        " JOIN wallet_account a ON a.id = e.account_id WHERE a.asset_id = OLD.id)",
        "an asset with ledger entries keeps its code and its scale",
    ),
    "conversion_ends_once": (
        "conversion",
        "UPDATE",
        "OLD.status IN ('completed', 'stopped', 'failed')"
        " OR (OLD.status = 'quoted' AND NEW.status NOT IN ('quoted', 'confirmed'))"
        " OR (OLD.status = 'confirmed' AND NEW.status = 'quoted')",
        "a conversion goes from quoted to confirmed to its end, and then never changes",
    ),
    "conversion_keeps_its_quote": (
        "conversion",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.reference <> OLD.reference OR NEW.user_id <> OLD.user_id"
        " OR NEW.policy_id <> OLD.policy_id OR NEW.quoted_at <> OLD.quoted_at"
        f" OR {CHANGES_THE_QUOTE} OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at <> OLD.confirmed_at)",
        "a quote is written once",
    ),
    "conversion_is_kept": (
        "conversion",
        "DELETE",
        "OLD.status <> 'quoted'",
        "a confirmed conversion is never deleted",
    ),
    "line_belongs_to_the_quote": (
        "line",
        "INSERT",
        "EXISTS (SELECT 1 FROM wallet_conversion c WHERE c.id = NEW.conversion_id AND c.status <> 'quoted')",
        "a confirmed conversion takes no more lines",
    ),
    "line_ends_with_its_conversion": (
        "line",
        "UPDATE",
        "EXISTS (SELECT 1 FROM wallet_conversion c WHERE c.id = OLD.conversion_id AND c.status <> 'confirmed')",
        "a line is written by the quote and by the settlement only",
    ),
    "line_keeps_its_quote": (
        "line",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.conversion_id <> OLD.conversion_id OR NEW.asset_id <> OLD.asset_id"
        f" OR NEW.units <> OLD.units OR {CHANGES_THE_QUOTE}",
        "a quote is written once",
    ),
    "line_is_kept": (
        "line",
        "DELETE",
        "EXISTS (SELECT 1 FROM wallet_conversion c WHERE c.id = OLD.conversion_id AND c.status <> 'quoted')",
        "the lines of a confirmed conversion are never deleted",
    ),
}

# Two sessions cannot write entries of the same transaction. Neither would see the other's, so each sum would be right and both
# together wrong. The first to write holds a lock on the transaction's id until it ends; whoever comes second then finds the
# transaction written, and is refused. That needs READ COMMITTED, in which every statement sees what has been committed before
# it. SQLite has one writer at a time.
ONE_WRITER = """
CREATE FUNCTION wallet_one_writer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF current_setting('transaction_isolation') <> 'read committed' THEN
RAISE EXCEPTION 'entries are written in READ COMMITTED' USING ERRCODE = 'integrity_constraint_violation';
END IF;
PERFORM pg_advisory_xact_lock(hashtextextended(NEW.transaction_id::text, 0));
RETURN NEW; END $$
"""


def install(apps, schema_editor):
    (_sqlite if schema_editor.connection.vendor == "sqlite" else _postgresql)(schema_editor)
    for name, rule in GUARDS.items():
        guards.create(schema_editor, name, rule)


def _sqlite(schema_editor):
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            rule = (table, event, "true", f"wallet_{table} is written once")
            guards.create(schema_editor, f"{table}_refuses_{event.lower()}", rule)


def _postgresql(schema_editor):
    schema_editor.execute(
        "CREATE FUNCTION wallet_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$",
        params=None,
    )
    for table in KEPT:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON wallet_{table} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION wallet_refuse('wallet_{table} is never emptied')",
            params=None,
        )
    schema_editor.execute(ONE_WRITER, params=None)
    # Triggers run in the order of their names: this one before entry_before_its_transaction, which asks what it waited for.
    schema_editor.execute(
        "CREATE TRIGGER entry_a_one_writer BEFORE INSERT ON wallet_entry FOR EACH ROW"
        " EXECUTE FUNCTION wallet_one_writer()",
        params=None,
    )
    for table in APPEND_ONLY:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON wallet_{table} FOR EACH ROW"
            f" EXECUTE FUNCTION wallet_refuse('wallet_{table} is written once')",
            params=None,
        )


def remove(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"

    def drop(name, table):
        schema_editor.execute(f"DROP TRIGGER {name}" + ("" if on_sqlite else f" ON wallet_{table}"), params=None)

    for name, (table, *_) in GUARDS.items():
        guards.drop(schema_editor, name, table)
    for table in APPEND_ONLY:
        for event in ("update", "delete") if on_sqlite else ("change",):
            drop(f"{table}_refuses_{event}", table)
    if not on_sqlite:
        for table in KEPT:
            drop(f"{table}_refuses_truncate", table)
        drop("entry_a_one_writer", "entry")
        schema_editor.execute("DROP FUNCTION wallet_one_writer()", params=None)
        schema_editor.execute("DROP FUNCTION wallet_refuse()", params=None)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
