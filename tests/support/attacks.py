"""Ways to change rows past the product's own code: through the ORM's back door and with plain SQL."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support.factories import World
from wallet.models import (
    Account,
    Asset,
    Conversion,
    Entry,
    Transaction,
)

# What guards say.
SUMS = "the entries of a transaction add up to zero for each asset, and the balances say what they say"
MOVES = "a balance moves only as its newest entry says"


def refused(*attacks: Callable[[], Any], by: str | None = None) -> None:
    """Each attack fails in the database, by the guard or constraint that says so, and leaves nothing behind."""
    for attack in attacks:
        with pytest.raises(DatabaseError, match=by), transaction.atomic():
            attack()
            check_constraints()


def check_constraints() -> None:
    """What the end of the transaction would check: foreign keys that are deferred until then."""
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    else:
        connection.check_constraints()


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def put_back(table: str, pk: Any, **changes: Any) -> None:
    """Deletes the row and makes it again under its id, with other contents, before the foreign keys are checked."""
    names = column_names(table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {table} WHERE id = %s", [pk])
        row = dict(zip(names, cursor.fetchone(), strict=True)) | changes
    sql(f"DELETE FROM {table} WHERE id = %s", pk)
    insert("INSERT", table, row)


def insert(verb: str, table: str, row: Mapping[str, Any]) -> None:
    sql(f"{verb} INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())


def column_names(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def replace(table: str, pk_name: str, pk: Any) -> None:
    """Writes the row over itself: SQLite's REPLACE, PostgreSQL's ON CONFLICT."""
    columns = ", ".join(column_names(table))
    if connection.vendor == "sqlite":
        sql(f"REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE {pk_name} = %s", pk)
    else:
        sql(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE {pk_name} = %s"
            f" ON CONFLICT ({pk_name}) DO UPDATE SET {pk_name} = EXCLUDED.{pk_name}",
            pk,
        )


def empty(table: str) -> None:
    if connection.vendor == "sqlite":
        sql(f"DELETE FROM {table}")
    else:
        sql(f"TRUNCATE {table} CASCADE")


def db_uuid(value: UUID) -> str | UUID:
    return value.hex if connection.vendor == "sqlite" else value


def write(*entries: tuple[Account, int, Mapping[str, Any]], reference: str = "attack") -> None:
    """Entries first, then their transaction, past the ledger's own code."""
    record = Transaction(kind="adjustment", reference=reference, posted_at="2026-11-22T00:00Z")
    for account, units, fields in entries:
        Entry.objects.create(transaction=record, account=account, units=units, **fields)
    record.save(force_insert=True)


def house(kind: str, code: str) -> Account:
    return Account.objects.get_or_create(kind=kind, asset=Asset.objects.get(code=code))[0]


def constraint_names(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))


def world_quote(world: World, code: str) -> Conversion:
    """A second quote beside a confirmed conversion, which the verb would refuse."""
    first = Conversion.objects.get(status="confirmed")
    lines = list(first.lines.all())
    first.pk, first.reference, first.status = None, "CV-AAAA-AAAA", "quoted"
    first.confirmed_at = first.next_attempt_at = None
    first.save(force_insert=True)
    lines[0].pk, lines[0].conversion, lines[0].asset = None, first, Asset.objects.get(code=code)
    lines[0].save(force_insert=True)
    return first
