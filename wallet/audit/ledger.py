"""The ledger against itself."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wallet import ledger
from wallet.audit import rows
from wallet.audit.reading import Rows
from wallet.audit.violation import Violation, without_fault
from wallet.database.rows import lookup
from wallet.models import Account, Entry, Transaction


@dataclass(frozen=True, slots=True)
class MovedEntry:
    """An entry as a part of its transaction."""

    pk: int = lookup("pk")
    transaction: UUID = lookup("transaction_id")
    reference: str = lookup("transaction__reference")
    asset: str = lookup("account__asset__code")
    units: int = lookup("units")


def entries_add_up() -> Iterator[Violation]:
    """P1: for every transaction and asset, and so for every asset, the entries add up to zero."""
    totals: Counter[str] = Counter()
    moved = Rows(MovedEntry, Entry.objects.order_by("transaction_id", "pk"), promise="P1", name="entry")
    for (_, reference), entries in groupby(moved, key=attrgetter("transaction", "reference")):
        sums: Counter[str] = Counter()
        for entry in entries:
            sums[entry.asset] += entry.units
        totals.update(sums)
        for code, units in sums.items():
            if units:
                yield Violation("P1", f"transaction {reference}", f"entries of {code} add up to {units}, not 0")
        yield from moved.broken()
    yield from moved.broken()
    for code, units in sorted(totals.items()):
        if units:
            yield Violation("P1", f"asset {code}", f"all entries add up to {units}, not 0")


def transactions_have_entries() -> Iterator[Violation]:
    """P1: a transaction moves something."""
    found = Transaction.objects.filter(entries__isnull=True)
    return rows.named(found, promise="P1", name="transaction", problem="has no entries")


def entries_belong_to_a_transaction() -> Iterator[Violation]:
    """P1 and P14: no entry is left without the transaction and the account that the other checks find it by."""
    found = Entry.objects.filter(
        ~Exists(Transaction.objects.filter(pk=OuterRef("transaction_id")))
        | ~Exists(Account.objects.filter(pk=OuterRef("account_id")))
    )
    for pk in rows.values(found.order_by("pk"), "pk"):
        yield Violation("P1", f"entry {pk}", "its transaction or its account is gone")


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """An entry as a part of its account, with what the account says of itself."""

    pk: int = lookup("pk")
    account: int = lookup("account_id")
    kind: str = lookup("account__kind")
    account_units: int | None = lookup("account__units")
    account_sequence: int | None = lookup("account__sequence")
    units: int = lookup("units")
    balance_units: int | None = lookup("balance_units")
    sequence: int | None = lookup("sequence")


def balances_are_their_entries() -> Iterator[Violation]:
    """P3: every balance is the sum of its entries, each of which says the balance after it and its number."""
    ordered = Entry.objects.order_by("account_id", F("sequence").asc(nulls_first=True), "pk")
    moved = Rows(AccountEntry, ordered, promise="P3", name="entry")
    for (pk, kind), entries in groupby(moved, key=attrgetter("account", "kind")):
        find = _customers_problems if kind == Account.Kind.CUSTOMER else _house_problems
        for problem in find(entries):
            yield Violation("P3", f"account {pk}", problem)
        yield from moved.broken()
    yield from moved.broken()


def _house_problems(entries: Iterable[AccountEntry]) -> Iterator[str]:
    if any(entry.balance_units is not None or entry.sequence is not None for entry in entries):
        yield "a house account's entry has a balance or a number"


def _customers_problems(entries: Iterable[AccountEntry]) -> Iterator[str]:
    """What is wrong with a customer's account, given its entries in their order."""
    running = number = 0
    for entry in entries:
        running, number = running + entry.units, number + 1
        if entry.sequence != number:
            yield f"entry {number} has the number {entry.sequence}"
        if entry.balance_units != running:
            yield f"entry {number} says {entry.balance_units}, its entries add up to {running}"
    # Each of them says the same of the account.
    if entry.account_units != running:
        yield f"the balance is {entry.account_units}, its entries add up to {running}"
    if entry.account_sequence != number:
        yield f"{entry.account_sequence} entries are counted, {number} exist"


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer's account says that it holds."""

    pk: int = lookup("pk")
    units: int = lookup("units")


def balances_have_entries() -> Iterator[Violation]:
    """P3: an account without entries holds nothing."""
    unwritten = Account.objects.customers().filter(~Q(units=0) | ~Q(sequence=0), entry__isnull=True)
    return _balances(unwritten, "P3", "the balance is {0}, and it has no entries")


def balances_are_not_negative() -> Iterator[Violation]:
    """P2: no customer's balance is negative."""
    return _balances(Account.objects.filter(units__lt=0), "P2", "the balance is {0}")


def _balances(accounts: QuerySet[Account], promise: str, problem: str) -> Iterator[Violation]:
    """This problem of each of the accounts, with what it holds."""
    found = Rows(Balance, accounts.order_by("pk"), promise=promise, name="account")
    for balance in found:
        yield Violation(promise, f"account {balance.pk}", problem.format(balance.units))
        yield from found.broken()
    yield from found.broken()


def house_balances_are_their_entries() -> Iterator[Violation]:
    """P3 for the house: what is told of its balances is the sum of its entries."""
    for account in Account.objects.house().only("pk").order_by("pk"):
        yield from without_fault(_problems_of_house(account), promise="P3", row=f"account {account.pk}")


def _problems_of_house(account: Account) -> Iterator[Violation]:
    told = ledger.house_balances([account])[account.pk]
    held = sum(rows.values(Entry.objects.filter(account=account).order_by(), "units"))
    if told != held:
        problem = f"the balance is told as {told}, its entries add up to {held}"
        yield Violation("P3", f"account {account.pk}", problem)
