"""The double-entry ledger. `post` is the only code that moves a balance.

A transaction's entries add up to zero for each asset. A customer's account keeps its balance, changed in the same
database transaction that writes the entry; the house's accounts have entries only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q

from wallet import money
from wallet.database import clock, writing
from wallet.database.retrying import retried
from wallet.models import Account, Asset, Customer, Entry, HouseBalance, Transaction
from wallet.references import new_transaction_id

if TYPE_CHECKING:
    from django.contrib.auth.models import User


CHUNK = 2_000


class LedgerError(Exception):
    """A movement of money that cannot be made. Nothing has moved; the text is fit for an operator."""


class InsufficientFunds(LedgerError):
    pass


class AmountTooLarge(LedgerError):
    pass


class ReferenceReused(LedgerError):
    pass


class StaffHoldNothing(LedgerError):
    pass


class Move(NamedTuple):
    """Units to add to (or, when negative, to take from) one account."""

    account_id: int
    units: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction to be written, and what it moves.

    `customer_moves` names customers' accounts that the caller has locked in this database transaction, with the units for
    each; `house_moves` the house's.
    """

    kind: Transaction.Kind
    reference: str
    posted_at: datetime
    customer_moves: Mapping[Account, int]
    house_moves: Sequence[Move]
    pk: UUID = field(default_factory=new_transaction_id)


def lock_accounts(wanted: Mapping[int, Iterable[int]]) -> dict[int, dict[int, Account]]:
    """Customers' accounts, locked in the order of their ids: by user id, by asset id. Missing ones are left out.

    `wanted` names the asset ids for each user id. What another of the users wants is locked too, which harms nobody: who moves
    a balance locks its customer first.
    """
    accounts: dict[int, dict[int, Account]] = {user: {} for user in wanted}
    assets = {asset for some in wanted.values() for asset in some}
    found = Account.objects.customers().filter(user__in=list(wanted), asset__in=assets).order_by("pk")
    for account in found.select_for_update(no_key=True):
        assert account.user_id is not None
        accounts[account.user_id][account.asset_id] = account
    return accounts


def lock_or_open_accounts(wanted: Mapping[int, Iterable[int]], *, opened: int) -> dict[int, dict[int, Account]]:
    """The same, and those for the asset with the id `opened` are made where a customer has none."""
    accounts = lock_accounts(wanted)
    without = [user for user, held in accounts.items() if opened not in held]
    if without:
        Account.objects.ensure_customers(without, opened)
        for user, held in lock_accounts({user: [opened] for user in without}).items():
            accounts[user] |= held
    return accounts


def balances(accounts: Mapping[int, Account]) -> dict[int, int]:
    """What customers' accounts hold, in units, by the same keys."""
    return {key: account.units for key, account in accounts.items() if account.units is not None}


def post(postings: Sequence[Posting]) -> list[Transaction]:
    """Writes these transactions and moves the balances, set-based, inside the caller's database transaction.

    Each account stands in one of them at the most. Raises InsufficientFunds or AmountTooLarge before anything is written.
    """
    records = [
        Transaction(pk=posting.pk, kind=posting.kind, reference=posting.reference, posted_at=posting.posted_at)
        for posting in postings
    ]
    entries = [
        (record.pk, *entry)
        for record, posting in zip(records, postings, strict=True)
        for entry in (*_house_entries(posting), *_customer_entries(posting))
    ]
    moved = [pair for posting in postings for pair in posting.customer_moves.items()]
    # Entries, balances, transactions: in this order the database can check each against what is already there. A balance
    # moves only as its newest entry says, and a transaction is written only when its entries add up.
    columns = zip(*entries, strict=True)
    writing.insert(Entry, dict(zip(("transaction", *EntryValues._fields), columns, strict=True)))
    _move_balances({account.pk: units for account, units in moved})
    return Transaction.objects.bulk_create(records)


class EntryValues(NamedTuple):
    """An entry but for its transaction, by the names of its columns."""

    account: int
    units: int
    balance_units: int | None = None
    sequence: int | None = None


def _house_entries(posting: Posting) -> Iterator[EntryValues]:
    return (EntryValues(move.account_id, move.units) for move in posting.house_moves)


def _customer_entries(posting: Posting) -> Iterator[EntryValues]:
    for account, units in posting.customer_moves.items():
        assert account.units is not None and account.sequence is not None
        balance = account.units + units
        if balance < 0:
            raise InsufficientFunds(f"The balance of {account.asset} does not cover this amount.")
        if balance > money.MAX_UNITS:
            raise AmountTooLarge(f"The balance of {account.asset} would be more than can be kept.")
        yield EntryValues(account.pk, units, balance, account.sequence + 1)


def _move_balances(units: Mapping[int, int]) -> None:
    moved = writing.execute(
        "UPDATE wallet_account SET units = units + v.column2, sequence = sequence + 1 FROM {rows} WHERE id = v.column1",
        Account,
        {"id": list(units), "units": list(units.values())},
    )
    if moved != len(units):
        raise IntegrityError("A customer's account is missing.")


def deposit(*, user: "User", asset: Asset, units: int, reference: str) -> Transaction:
    """Credits a customer from the outside world. The same reference with the same contents posts once.

    Raises AmountTooLarge, ReferenceReused when the reference stands for another deposit, and StaffHoldNothing.
    """
    if units < 1:
        raise LedgerError("A deposit is more than zero.")
    _require_customer(user)
    return _move(
        Transaction.Kind.DEPOSIT,
        user=user,
        asset=asset,
        units=units,
        house=Account.Kind.OUTSIDE,
        reference=reference,
    )


def adjust(*, user: "User", asset: Asset, units: int, reference: str) -> Transaction:
    """Corrects a customer's balance from the treasury, up or (with negative units) down. The same reference posts once.

    Entries are never changed, so this is how a mistake is put right (P14). Raises InsufficientFunds, AmountTooLarge,
    ReferenceReused when the reference stands for another adjustment, and StaffHoldNothing where one would go up.
    """
    if not units:
        raise LedgerError("An adjustment is not zero.")
    if units > 0:
        _require_customer(user)
    return _move(
        Transaction.Kind.ADJUSTMENT,
        user=user,
        asset=asset,
        units=units,
        house=Account.Kind.TREASURY,
        reference=reference,
    )


def book(*, pk: UUID, moves: Mapping[int, int], reference: str) -> Transaction:
    """Posts what the treasury got from outside and gave for it, in units by asset id, under this id and within the caller's
    transaction, which has written down before it whose approved proposal it is of (P20): the database refuses one without.

    Raises IntegrityError for a reference that is booked already.
    """
    inside, outside = (
        Account.objects.ensure_house(kind, list(moves)) for kind in (Account.Kind.TREASURY, Account.Kind.OUTSIDE)
    )
    house = [Move(inside[asset], units) for asset, units in moves.items()]
    house += [Move(outside[asset], -units) for asset, units in moves.items()]
    kind = Transaction.Kind.BOOKING
    (posted,) = post(
        [Posting(kind=kind, reference=reference, posted_at=clock.now(), customer_moves={}, house_moves=house, pk=pk)]
    )
    return posted


def _require_customer(user: "User") -> None:
    """P20: who may do something with money has none of it here; the database refuses such an account too."""
    if user.is_staff:
        raise StaffHoldNothing(f"{user} is staff, and staff hold no balances. Use another account for the customer.")


@retried
def _move(
    kind: Transaction.Kind, *, user: "User", asset: Asset, units: int, house: Account.Kind, reference: str
) -> Transaction:
    """One balance of one customer against the house's account of that kind, once for each reference."""
    Customer.objects.ensure(user)
    Account.objects.ensure_customers([user.pk], asset.pk)
    house_account = Account.objects.ensure_house(house, [asset.pk])[asset.pk]
    with transaction.atomic():
        Customer.objects.lock(user)
        account = lock_accounts({user.pk: [asset.pk]})[user.pk][asset.pk]
        posted = Transaction.objects.filter(kind=kind, reference=reference).first()
        if posted is None:
            try:
                with transaction.atomic():
                    (posted,) = post(
                        [
                            Posting(
                                kind=kind,
                                reference=reference,
                                posted_at=clock.now(),
                                customer_moves={account: units},
                                house_moves=[Move(house_account, -units)],
                            )
                        ]
                    )
                    return posted
            except IntegrityError:
                # Another customer's movement took the reference at the same moment.
                posted = Transaction.objects.filter(kind=kind, reference=reference).first()
                if posted is None:
                    raise
        if set(posted.entries.values_list("account_id", "units")) != {(account.pk, units), (house_account, -units)}:
            raise ReferenceReused(
                f"The reference {reference} stands for another {kind.label.lower()}. Nothing was moved."
            )
        return posted


# --- the house's balances -------------------------------------------------------------------------------------------


def house_balances(accounts: Iterable[Account]) -> dict[int, int]:
    """What the house's accounts hold, in units, by account id: the stored sums and the entries since, in a few queries.

    Added in Python: the sum of many customers may pass 64 bits.
    """
    moved = _moved_since(sums := _stored_sums(accounts))
    return {pk: stored.units + moved[pk] for pk, stored in sums.items()}


def sum_house_balances() -> None:
    """Brings the stored sums up to date, so that asking for a balance reads no more than what came since.

    Raises Busy when somebody has been writing entries for seconds on end; the stored sums are as right as before then.
    """
    last = _last_entry()
    with transaction.atomic():
        missing = Account.objects.house().filter(housebalance=None)
        HouseBalance.objects.bulk_create(HouseBalance(account=account) for account in missing)
        sums = _stored_sums(Account.objects.house())
        for pk, units in _moved_since(sums, until=last).items():
            HouseBalance.objects.filter(pk=pk).update(units=sums[pk].units + units, entry_id=last)
        # All come to the same entry: what came since is one question, for any number of assets.
        HouseBalance.objects.filter(entry_id__lt=last).update(entry_id=last)


def _stored_sums(accounts: Iterable[Account]) -> dict[int, HouseBalance]:
    """The stored sums by account id; of an account that has none yet, one of nothing that is not stored."""
    sums = {account.pk: HouseBalance(account=account) for account in accounts}
    return sums | HouseBalance.objects.in_bulk(list(sums))


def _moved_since(sums: dict[int, HouseBalance], until: int | None = None) -> Counter[int]:
    """By how many units the accounts' entries after their stored sums, up to this one or to the last, move them."""
    summed = defaultdict(list)
    for pk, stored in sums.items():
        summed[stored.entry_id].append(pk)
    since = reduce(or_, [Q(account__in=pks, pk__gt=last) for last, pks in summed.items()], Q(pk__in=[]))
    entries = Entry.objects.filter(since, *([] if until is None else [Q(pk__lte=until)])).order_by()
    moved = Counter[int]()
    for pk, units in entries.values_list("account_id", "units").iterator(CHUNK):
        moved[pk] += units
    return moved


@retried
def _last_entry() -> int:
    """The id up to which every entry that will ever be there is there."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Ids are given out before they are committed. This waits for those who are writing, a moment at the most:
            # they hold up whoever comes after this lock.
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            cursor.execute("LOCK TABLE wallet_entry IN SHARE MODE")
        return Entry.objects.aggregate(last=Max("pk"))["last"] or 0
