"""What a later migration may do to a table that has guards, and that the guards are there afterwards."""

import importlib

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor

from tests.support.attacks import sql
from wallet.database import schema
from wallet.database.guards import declared, set_aside_during


def guards():
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        return cursor.fetchall()


def columns(table):
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


@pytest.mark.parametrize("table", ["entry", "account", "asset", "conversion", "line", "policy"])
@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_built_anew_keeps_every_guard(table):
    before = guards()
    assert before
    field = migrations.AddField(table, "added", models.BooleanField(default=False))
    migration = migrations.Migration("added", "wallet")
    migration.operations = set_aside_during(field)
    state = MigrationExecutor(connection).loader.project_state()
    with connection.schema_editor(atomic=True) as editor:
        migration.apply(state.clone(), editor)
    assert "added" in columns(f"wallet_{table}")
    assert guards() == before
    with connection.schema_editor(atomic=True) as editor:
        migration.unapply(state.clone(), editor)
    assert "added" not in columns(f"wallet_{table}")
    assert guards() == before


@pytest.mark.django_db(transaction=True)
def test_guards_that_were_taken_away_or_changed_are_made_anew_by_their_migration():
    """Backwards and forwards again, as docs/operating.md says."""
    before = guards()
    first = importlib.import_module("wallet.migrations.0002_guards").Migration.operations[0].guards
    later = {guard.name for guard in declared()} - {guard.name for guard in first}
    on = " ON wallet_entry" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER entry_refuses_update{on}")
    if connection.vendor == "postgresql":
        nothing = "RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$"
        sql(f"CREATE OR REPLACE FUNCTION wallet_refuse() {nothing}")
        sql(f"CREATE OR REPLACE FUNCTION wallet_transaction_is_whole() {nothing}")
        sql("ALTER TABLE wallet_entry DISABLE TRIGGER entry_refuses_delete")
    assert list(schema.differences(connection))
    loader = MigrationExecutor(connection).loader
    migration, state = loader.get_migration("wallet", "0002_guards"), loader.project_state()
    with connection.schema_editor(atomic=True) as editor:
        migration.unapply(state.clone(), editor)
    assert [name for name, _ in guards() if name not in later] == []
    with connection.schema_editor(atomic=True) as editor:
        migration.apply(state.clone(), editor)
    assert guards() == before
    assert list(schema.differences(connection)) == []
