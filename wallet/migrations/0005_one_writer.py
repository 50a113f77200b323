"""Two sessions cannot write entries of the same transaction, on PostgreSQL.

Neither would see the other's entries, so each sum would be right and both together wrong. The first to write holds a lock
on the transaction's id until it ends; whoever comes second then finds the transaction written, and is refused. That needs
READ COMMITTED, in which every statement sees what has been committed before it. SQLite has one writer at a time.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION wallet_entry_before_its_transaction() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{check}
IF EXISTS (SELECT 1 FROM wallet_transaction t WHERE t.id = NEW.transaction_id) THEN
RAISE EXCEPTION 'a transaction that is written takes no more entries' USING ERRCODE = 'integrity_constraint_violation';
END IF; RETURN NEW; END $$
"""
CHECK = """
IF current_setting('transaction_isolation') <> 'read committed' THEN
RAISE EXCEPTION 'entries are written in READ COMMITTED' USING ERRCODE = 'integrity_constraint_violation';
END IF;
PERFORM pg_advisory_xact_lock(hashtextextended(NEW.transaction_id::text, 0));
"""


def lock(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION.format(check=CHECK), params=None)


def unlock(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION.format(check=""), params=None)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0004_house_balances")]
    operations = [migrations.RunPython(lock, unlock)]
