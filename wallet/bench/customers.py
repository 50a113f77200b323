"""Confirmed conversions by the thousand: each a copy of one quote, for a customer of its own who holds what it gives up.

They are written set by set in plain SQL, past the verbs but not past the guards: accounts start empty and are filled by a
ledger transaction, a conversion begins as a quote and is confirmed.
"""

from collections.abc import Mapping

from django.contrib.auth import get_user_model
from django.db import connection, models, transaction

from wallet.bench import floor
from wallet.database import clock, statistics
from wallet.market import rounds
from wallet.models import Conversion, Customer, Line
from wallet.references import new_reference

# How many are written in one transaction: PostgreSQL keeps a lock for each ledger transaction until it ends.
CHUNK = 500

ACCOUNTS = """
INSERT INTO wallet_account (kind, user_id, asset_id, units, sequence)
SELECT 'customer', n.user_id, l.asset_id, 0, 0 FROM bench_new n, wallet_line l WHERE l.conversion_id = %(quote)s
"""
ENTRIES = """
INSERT INTO wallet_entry (transaction_id, account_id, units, balance_units, sequence)
SELECT n.transaction_id, a.id, l.units, l.units, 1 FROM bench_new n
  JOIN wallet_account a ON a.user_id = n.user_id JOIN wallet_line l ON l.asset_id = a.asset_id
 WHERE l.conversion_id = %(quote)s
UNION ALL
SELECT n.transaction_id, a.id, -l.units, NULL, NULL FROM bench_new n, wallet_line l
  JOIN wallet_account a ON a.asset_id = l.asset_id AND a.kind = 'outside'
 WHERE l.conversion_id = %(quote)s
"""
BALANCES = """
UPDATE wallet_account SET units = e.balance_units, sequence = e.sequence
  FROM wallet_entry e, bench_new n
 WHERE e.transaction_id = n.transaction_id AND e.account_id = wallet_account.id AND e.sequence = 1
"""
TRANSACTIONS = """
INSERT INTO wallet_transaction (id, kind, reference, posted_at)
SELECT n.transaction_id, 'deposit', n.reference, %(now)s FROM bench_new n
"""
CONFIRM = """
UPDATE wallet_conversion SET status = 'confirmed', confirmed_at = %(now)s, next_attempt_at = %(now)s
 WHERE reference IN (SELECT n.reference FROM bench_new n)
"""


def confirmed(quote: Conversion, count: int) -> list[str]:
    """The references of so many new confirmed conversions like the quote. The market has not answered since."""
    made: list[str] = []
    while len(made) < count:
        made += _chunk(quote, min(CHUNK, count - len(made)))
    return made


def finished(quote: Conversion, count: int) -> None:
    """So many completed conversions, so that the tables are as full as a site's."""
    for done in range(0, count, CHUNK):
        references = confirmed(quote, min(CHUNK, count - done))
        rounds.refresh()
        with transaction.atomic():
            for reference in references:
                floor.settle(reference)
        statistics.analyze()


def _chunk(quote: Conversion, count: int) -> list[str]:
    references = [new_reference() for _ in range(count)]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
        users = get_user_model().objects.bulk_create(
            [get_user_model()(username=reference, password="!") for reference in references]  # noqa: S106  # of nobody
        )
        Customer.objects.bulk_create([Customer(user=user) for user in users])
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_new (user_id bigint, reference varchar(12),"
            f" transaction_id {floor.TRANSACTION_ID.db_type(connection)})"
        )
        cursor.executemany(
            "INSERT INTO bench_new VALUES (%s, %s, %s)",
            [(user.pk, user.username, floor.transaction_id()) for user in users],
        )
        now = connection.ops.adapt_datetimefield_value(clock.now())
        given = {"quote": quote.pk, "now": now}
        for statement in (ACCOUNTS, ENTRIES, BALANCES, TRANSACTIONS):
            cursor.execute(statement, given)
        cursor.execute(_copies(Conversion, "c.id = %(quote)s", COPIED), given)
        cursor.execute(_copies(Line, "c.conversion_id = %(quote)s", LINES), given)
        cursor.execute(CONFIRM, given)
        cursor.execute("DROP TABLE bench_new")
    return references


# What a copy has of its own; everything else is the quote's.
COPIED = {"reference": "n.reference", "user_id": "n.user_id", "quoted_at": "%(now)s", "renews_id": "NULL"}
LINES = {"conversion_id": "(SELECT made.id FROM wallet_conversion made WHERE made.reference = n.reference)"}


def _copies(model: type[models.Model], condition: str, own: Mapping[str, str]) -> str:
    """The statement that writes the model's rows once more for each new customer."""
    columns = [str(field.column) for field in model._meta.local_concrete_fields if not field.primary_key]
    values = [own.get(column, f"c.{column}") for column in columns]
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(values)} FROM {table} c, bench_new n WHERE {condition}"
    )
