"""What a later migration may do to a table that has guards, and that the guards are there afterwards."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor

from wallet.database.guards import set_aside_during


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
