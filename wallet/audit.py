"""Checks the ledger's promises (P1–P3 and the sequence numbers) in one snapshot and in constant memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q

from wallet.models import Account, Entry, Transaction

CHUNK = 2_000


class Violation(NamedTuple):
    """One broken promise: its number, the row that breaks it, and how."""

    promise: str
    row: str
    problem: str


@contextmanager
def snapshot() -> Iterator[None]:
    """One consistent state of the database for all reads, without holding up writers. Within a transaction: that one."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = '10min'")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("COMMIT")


def audit() -> Iterator[Violation]:
    """Every violation there is; none when the ledger keeps its promises. Read it to the end: it holds a snapshot."""
    with snapshot():
        yield from _entries_add_up()
        yield from _balances_are_entries()
        yield from _balances_not_negative()


def _entries_add_up() -> Iterator[Violation]:
    """P1: for every transaction and asset, and so for every asset, the entries add up to zero."""
    rows = Entry.objects.order_by("transaction_id").values_list(
        "transaction_id", "transaction__reference", "account__asset__code", "units"
    )
    totals: Counter[str] = Counter()
    for (_, reference), entries in groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[:2]):
        sums: Counter[str] = Counter()
        for *_, code, units in entries:
            sums[code] += units
        totals.update(sums)
        for code, units in sums.items():
            if units:
                yield Violation("P1", f"transaction {reference}", f"entries of {code} add up to {units}, not 0")
    for code, units in sorted(totals.items()):
        if units:
            yield Violation("P1", f"asset {code}", f"all entries add up to {units}, not 0")
    for record in Transaction.objects.filter(entries__isnull=True).iterator(chunk_size=CHUNK):
        yield Violation("P1", f"transaction {record.reference}", "has no entries")


def _balances_are_entries() -> Iterator[Violation]:
    """P3: every balance is the sum of its entries, each of which says the balance after it and its number."""
    rows = Entry.objects.order_by("account_id", F("sequence").asc(nulls_first=True), "pk").values_list(
        "account_id", "account__kind", "account__units", "account__sequence", "units", "balance_units", "sequence"
    )
    for (pk, kind, balance, count), entries in groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[:4]):
        row = f"account {pk}"
        if kind != Account.Kind.CUSTOMER:
            if any(entry[5] is not None or entry[6] is not None for entry in entries):
                yield Violation("P3", row, "a house account's entry has a balance or a number")
            continue
        running = number = 0
        for *_, units, after, sequence in entries:
            running, number = running + units, number + 1
            if sequence != number:
                yield Violation("P3", row, f"entry {number} has the number {sequence}")
            if after != running:
                yield Violation("P3", row, f"entry {number} says {after}, its entries add up to {running}")
        if balance != running:
            yield Violation("P3", row, f"the balance is {balance}, its entries add up to {running}")
        if count != number:
            yield Violation("P3", row, f"{count} entries are counted, {number} exist")
    unwritten = Account.objects.customers().filter(~Q(units=0) | ~Q(sequence=0), entry__isnull=True)
    for account in unwritten.iterator(chunk_size=CHUNK):
        yield Violation("P3", f"account {account.pk}", f"the balance is {account.units}, and it has no entries")


def _balances_not_negative() -> Iterator[Violation]:
    """P2: no customer's balance is negative."""
    for account in Account.objects.filter(units__lt=0).iterator(chunk_size=CHUNK):
        yield Violation("P2", f"account {account.pk}", f"the balance is {account.units}")
