"""Attacks with many rows in one statement, and by every way that SQL has to write."""

import uuid

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F

from tests.support import factories
from tests.support.attacks import (
    MOVES,
    SUMS,
    check_constraints,
    column_names,
    db_uuid,
    empty,
    house,
    refused,
    replace,
    sql,
)
from wallet.models import Account, Asset, Conversion, Entry, Line, Transaction

ONCE = "is written once"

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such thing")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has no such thing")


def mine(world, code="DOGE"):
    return Account.objects.customers().get(user=world.user, asset__code=code)


def posted(*entries, reference):
    """A transaction's row and its entries: (account, units, balance, sequence)."""
    record = Transaction(kind="adjustment", reference=reference, posted_at="2026-11-22T00:00Z")
    return record, [
        Entry(transaction=record, account=account, units=units, balance_units=balance, sequence=number)
        for account, units, balance, number in entries
    ]


def write_all(*transactions, raised=()):
    """All their entries in one statement, then the accounts in one, then the transactions in one."""
    Entry.objects.bulk_create([entry for _, entries in transactions for entry in entries])
    for account, units in raised:
        Account.objects.filter(pk=account.pk).update(units=F("units") + units, sequence=F("sequence") + 1)
    Transaction.objects.bulk_create([record for record, _ in transactions])


# --- many rows of which one is wrong ----------------------------------------------------------------------------------


def test_p1_many_transactions_of_which_one_does_not_add_up_are_refused_together(world):
    """P1: the others right, it first, in the middle and last."""
    doge, fees = house("treasury", "DOGE"), house("fees", "DOGE")
    right = [posted((doge, 5, None, None), (fees, -5, None, None), reference=f"right {n}") for n in range(3)]
    wrong = posted((doge, 5, None, None), (fees, -4, None, None), reference="wrong")
    opposite = posted((doge, -5, None, None), (fees, 4, None, None), reference="opposite")
    bare = posted(reference="bare")
    for at in range(4):
        refused(lambda at=at: write_all(*right[:at], wrong, *right[at:]), by=SUMS)
        refused(lambda at=at: write_all(*right[:at], bare, *right[at:]), by=SUMS)
    refused(lambda: write_all(*right, wrong, opposite), by=SUMS)
    write_all(*right)


def test_p3_many_balances_of_which_one_moves_without_its_entry_are_refused_together(world):
    """P3: whichever of them; nor does one move by another's entry."""
    accounts = [mine(world, code) for code in ("DOGE", "ETH", "EUR")]
    everyone = Account.objects.customers()

    def all_but(without, change=5):
        transactions = []
        for account in accounts:
            numbers = (account.units + 5, account.sequence + 1)
            treasury = house("treasury", account.asset.code)
            pair = posted((account, 5, *numbers), (treasury, -5, None, None), reference=account.asset.code)
            transactions += [pair] if account != without else []
        Entry.objects.bulk_create([entry for _, entries in transactions for entry in entries])
        everyone.update(units=F("units") + change, sequence=F("sequence") + 1)
        Transaction.objects.bulk_create([record for record, _ in transactions])

    for account in accounts:
        refused(lambda account=account: all_but(account), by=MOVES)
    refused(lambda: all_but(None, change=4), lambda: everyone.update(units=F("units") + 1), by=MOVES)
    everyone.update(units=F("units"))
    all_but(None)


def test_p1_an_entry_whose_account_comes_later_is_not_left_out_of_the_sum(world):
    """P1: foreign keys are asked at the end only; until then an entry may name an account that is not there."""
    doge, fees, later = house("treasury", "DOGE"), house("fees", "DOGE"), Account.objects.order_by("pk").last().pk + 50

    def raise_from_nothing():
        ghost = Account(pk=later, kind="customer", user=world.user, asset=Asset.objects.get(code="BTC"))
        write_all(posted((doge, 5, None, None), (fees, -5, None, None), (ghost, 9, 9, 1), reference="ghost"))
        ghost.units = ghost.sequence = 0
        ghost.save(force_insert=True)
        Account.objects.filter(pk=later).update(units=9, sequence=1)

    refused(raise_from_nothing, by=SUMS)


def test_p14_many_lines_of_which_one_is_of_a_finished_conversion_do_not_change(world):
    """P14: with one that may, in one statement."""
    done = world.settled("DOGE")
    world.clock.tick(hours=7)
    world.observe()
    running = world.confirmed("ETH")
    both = Line.objects.filter(conversion__in=[done, running])
    refused(lambda: both.update(settled_path="X"), by="a line is written by the quote and by the settlement only")
    refused(lambda: both.update(units=F("units") + 1), by="a quote is written once")
    refused(lambda: Conversion.objects.update(attempts=F("attempts") + 1), by="and then never changes")
    running.lines.update(settled_path="X")


# --- every way to write -----------------------------------------------------------------------------------------------


def test_p14_an_upsert_changes_nothing_that_is_written_once(world):
    """P14: the row that is there already is updated or replaced by it."""
    entry, record = Entry.objects.first(), Transaction.objects.first()
    columns = ", ".join(column_names("wallet_entry"))
    again = f"INSERT INTO wallet_entry ({columns}) SELECT {columns} FROM wallet_entry WHERE true"
    refused(
        lambda: sql(f"{again} ON CONFLICT (id) DO UPDATE SET units = wallet_entry.units + 1"),
        lambda: sql(f"{again} ON CONFLICT (transaction_id, account_id) DO UPDATE SET units = 7"),
    )
    refused(
        lambda: sql(
            "INSERT INTO wallet_transaction (id, kind, reference, posted_at) SELECT id, kind, reference, posted_at FROM"
            " wallet_transaction WHERE true ON CONFLICT (kind, reference) DO UPDATE SET reference = 'other'"
        ),
        lambda: replace("wallet_entry", "id", entry.pk),
        lambda: replace("wallet_transaction", "id", db_uuid(record.pk)),
    )


def test_p3_an_upsert_of_an_account_moves_no_balance(world):
    """P3: neither of a customer's account that is there, nor of the house's."""
    account, columns = mine(world), ", ".join(column_names("wallet_account"))
    copy = f"INSERT INTO wallet_account ({columns}) SELECT {columns} FROM wallet_account WHERE id = %s"
    refused(
        lambda: sql(f"{copy} ON CONFLICT (id) DO UPDATE SET units = 7, sequence = 2", account.pk),
        lambda: sql(f"{copy} ON CONFLICT (id) DO UPDATE SET user_id = NULL", account.pk),
    )
    if connection.vendor == "sqlite":  # it is deleted and made anew; PostgreSQL's form of it changes nothing
        refused(lambda: replace("wallet_account", "id", account.pk))


@on_sqlite
@pytest.mark.parametrize("policy", ["IGNORE", "REPLACE", "FAIL", "ROLLBACK", "ABORT"])
def test_p14_no_conflict_policy_of_sqlite_gets_past_a_guard(world, policy):
    """P14: OR IGNORE skips rows that break a constraint, not what a guard refuses."""
    refused(lambda: sql(f"UPDATE OR {policy} wallet_entry SET units = units + 1"), by=ONCE)
    refused(lambda: sql(f"UPDATE OR {policy} wallet_account SET units = units + 1"), by=MOVES)


@on_postgresql
def test_p1_p3_p14_copy_and_merge_pass_every_guard(world):
    """P1, P3 and P14: they are INSERT, UPDATE and DELETE to the guards."""
    account, nobody = mine(world), uuid.uuid4()
    treasury = house("treasury", "DOGE")

    def copy(statement, *lines):
        copying = f"COPY {statement} FROM STDIN"
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(copying) as copied:
            for line in lines:
                copied.write(line + "\n")

    def half():
        copy("wallet_entry (transaction_id, account_id, units)", f"{nobody}\t{treasury.pk}\t5")
        copy("wallet_transaction (id, kind, reference, posted_at)", f"{nobody}\tdeposit\thalf\t2026-11-22 00:00:00+00")

    written = Transaction.objects.first().pk
    refused(half, by=SUMS)
    refused(
        lambda: copy("wallet_entry (transaction_id, account_id, units)", f"{written}\t{house('fees', 'DOGE').pk}\t5"),
        by="a transaction that is written takes no more entries",
    )
    refused(
        lambda: copy(
            "wallet_account (kind, user_id, asset_id, units, sequence)",
            f"customer\t{world.user.pk}\t{Asset.objects.get(code='BTC').pk}\t5\t0",
        ),
        by="an account starts empty",
    )
    source = "USING (SELECT 5 AS units) v ON"
    merge = "MERGE INTO wallet_account a"
    refused(
        lambda: sql(f"{merge} {source} a.id = %s WHEN MATCHED THEN UPDATE SET units = a.units + 1", account.pk),
        by=MOVES,
    )
    refused(lambda: sql(f"{merge} {source} a.id = %s WHEN MATCHED THEN DELETE", account.pk), by="never deleted")
    refused(lambda: sql(f"MERGE INTO wallet_entry e {source} true WHEN MATCHED THEN DELETE"), by=ONCE)


@on_postgresql
@pytest.mark.parametrize(
    "table",
    [
        *("auth_user", "wallet_asset", "wallet_policy", "wallet_conversion", "wallet_transaction", "wallet_account"),
        *("wallet_customer", "wallet_housebalance", "wallet_entry", "wallet_line", "wallet_opening"),
    ],
)
def test_p14_no_table_is_emptied_with_what_must_be_kept(world, table):
    """P14: TRUNCATE … CASCADE of any table that leads to one."""
    world.settled("DOGE")
    check_constraints()  # what is left to check would refuse it too
    refused(lambda: empty(table), by="is never emptied")
    refused(lambda: sql(f"TRUNCATE wallet_price, {table} RESTART IDENTITY CASCADE"), by="is never emptied")


# --- one writer -------------------------------------------------------------------------------------------------------


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_p1_two_sessions_that_write_many_transactions_take_turns_in_one_order(db):
    """P1: whoever comes second waits for the first, whatever the order of its rows, and is refused."""
    factories.asset("DOGE")
    ids = [uuid.uuid4() for _ in range(20)]
    doge, eur = [(house("treasury", code), house("fees", code)) for code in ("DOGE", factories.asset("EUR").code)]

    def entries(accounts, order):
        return [
            Entry(transaction_id=pk, account=account, units=units)
            for pk in order
            for account, units in zip(accounts, (5, -5), strict=True)
        ]

    other = connection.copy("other")
    connections["other"] = other
    try:
        with transaction.atomic():
            Entry.objects.bulk_create(entries(doge, ids))
            with pytest.raises(DatabaseError, match="lock timeout"), transaction.atomic("other"):
                with other.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '100ms'")
                Entry.objects.using("other").bulk_create(entries(eur, reversed(ids)))
            held = (  # other tests have databases of their own on the same server
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            with other.cursor() as cursor:
                cursor.execute(held)
                assert cursor.fetchone() == (len(ids),)
            records = [
                Transaction(pk=pk, kind="deposit", reference=str(pk), posted_at="2026-11-22T00:00Z") for pk in ids
            ]
            Transaction.objects.bulk_create(records)
        with pytest.raises(DatabaseError, match="takes no more entries"), transaction.atomic("other"):
            Entry.objects.using("other").bulk_create(entries(eur, reversed(ids)))
    finally:
        other.close()
        del connections["other"]
