"""Attacks by names: tables, views, schemas, operators and children that stand before the tables which a guard asks."""

import pytest
from django.db import connection

from tests.support.attacks import MOVES, SUMS, house, refused, sql
from wallet.models import Account, Entry, Transaction

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such thing")


def entry_of(account):
    return f"SELECT {account.pk} AS account_id, 2 AS sequence, {account.units + 5} AS balance_units, 5 AS units"


@pytest.mark.parametrize(
    "shadow",
    [
        "CREATE TEMPORARY TABLE wallet_entry AS {entry}",
        "CREATE TEMPORARY VIEW wallet_entry AS {entry}",
        pytest.param(
            "SET LOCAL search_path = evil, public; CREATE TABLE evil.wallet_entry AS {entry}", marks=on_postgresql
        ),
        pytest.param(
            "CREATE FUNCTION evil.never(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';"
            "CREATE OPERATOR evil.<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.never);"
            "CREATE FUNCTION evil.always(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
            "CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.always);"
            "SET LOCAL search_path = evil, pg_catalog, public",
            marks=on_postgresql,
        ),
        pytest.param(
            "CREATE TEMPORARY TABLE forged () INHERITS (wallet_entry);"
            "INSERT INTO forged (id, transaction_id, account_id, sequence, balance_units, units)"
            " SELECT -1, gen_random_uuid(), v.* FROM ({entry}) v",
            marks=on_postgresql,
        ),
    ],
    ids=["table", "view", "schema", "operator", "child"],
)
def test_p3_no_name_stands_before_the_tables_that_a_guard_asks(world, shadow):
    """P3: a balance is not raised from nothing by entries that only this session sees."""
    account = Account.objects.customers().get(user=world.user, asset__code="DOGE")
    table = "wallet_account" if connection.vendor == "postgresql" else "main.wallet_account"

    def raise_balance():
        if connection.vendor == "postgresql":
            sql("CREATE SCHEMA evil")
        for statement in shadow.format(entry=entry_of(account)).split(";"):
            sql(statement)
        sql(f"UPDATE {table} SET units = units + 5, sequence = 2 WHERE id = {account.pk}")

    refused(raise_balance, by=MOVES)


@pytest.mark.parametrize(
    ("table", "forged"),
    [
        (
            "wallet_entry",
            "SELECT id, transaction_id, account_id, abs(units) / units * 5 AS units, sequence, balance_units",
        ),
        ("wallet_account", "SELECT id, kind, user_id, 1 AS asset_id, units, sequence"),
    ],
)
def test_p1_a_temporary_table_does_not_make_the_sum_of_a_transaction_right(world, table, forged):
    """P1: the guard asks the entries and accounts that are kept, not those by which it would add up."""
    doge, eur = house("treasury", "DOGE"), house("treasury", "EUR")
    other, units = (house("fees", "DOGE"), -4) if table == "wallet_entry" else (eur, -5)
    record = Transaction(kind="adjustment", reference="unbalanced", posted_at="2026-11-22T00:00Z")
    entries = [Entry(transaction=record, account=doge, units=5), Entry(transaction=record, account=other, units=units)]

    def write():
        Entry.objects.bulk_create(entries)
        sql(f"CREATE TEMPORARY TABLE {table} AS {forged} FROM {table}")
        record.save(force_insert=True)

    refused(write, by=SUMS)
