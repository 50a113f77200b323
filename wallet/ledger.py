"""The double-entry ledger. `post` is the only code that moves a balance.

A transaction's entries add up to zero for each asset. A customer's account keeps its balance, changed in the same
database transaction that writes the entry; the house's accounts have entries only.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q

from wallet import money
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Account, Asset, Customer, Entry, HouseBalance, Transaction

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


class Move(NamedTuple):
    """Units to add to (or, when negative, to take from) one account."""

    account_id: int
    units: int


def lock_accounts(user: "User", asset_ids: Iterable[int]) -> dict[int, Account]:
    """The customer's accounts of these assets, locked in the order of their ids, by asset id. Missing ones are left out."""
    accounts = (
        Account.objects.customers()
        .filter(user=user, asset_id__in=list(asset_ids))
        .select_for_update(no_key=True)
        .order_by("pk")
    )
    return {account.asset_id: account for account in accounts}


def balances(accounts: Mapping[int, Account]) -> dict[int, int]:
    """What customers' accounts hold, in units, by the same keys."""
    return {key: account.units for key, account in accounts.items() if account.units is not None}


def post(
    *,
    kind: Transaction.Kind,
    reference: str,
    posted_at: datetime,
    customer_moves: Mapping[Account, int],
    house_moves: Iterable[Move],
) -> Transaction:
    """Writes one transaction and moves the balances, set-based, inside the caller's database transaction.

    `customer_moves` names customers' accounts that the caller has locked in this transaction, `house_moves` the others;
    each account once. Raises InsufficientFunds or AmountTooLarge before anything is written.
    """
    record = Transaction(kind=kind, reference=reference, posted_at=posted_at)
    entries = [Entry(transaction=record, account_id=move.account_id, units=move.units) for move in house_moves]
    for account, units in customer_moves.items():
        assert account.units is not None and account.sequence is not None
        balance = account.units + units
        if balance < 0:
            raise InsufficientFunds(f"The balance of {account.asset} does not cover this amount.")
        if balance > money.MAX_UNITS:
            raise AmountTooLarge(f"The balance of {account.asset} would be more than can be kept.")
        entries.append(
            Entry(
                transaction=record,
                account=account,
                units=units,
                balance_units=balance,
                sequence=account.sequence + 1,
            )
        )
    # Entries, balances, transaction: in this order the database can check each against what is already there. A balance
    # moves only as its newest entry says, and a transaction is written only when its entries add up.
    Entry.objects.bulk_create(entries)
    _move_balances({account.pk: units for account, units in customer_moves.items()})
    record.save(force_insert=True)
    return record


def _move_balances(units: Mapping[int, int]) -> None:
    values = ", ".join(["(%s, %s)"] * len(units))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE wallet_account SET units = units + v.column2, sequence = sequence + 1 "  # noqa: S608  # no input in it
            f"FROM (VALUES {values}) AS v WHERE id = v.column1",
            [value for pair in units.items() for value in pair],
        )
        if cursor.rowcount != len(units):
            raise IntegrityError("A customer's account is missing.")


def deposit(*, user: "User", asset: Asset, units: int, reference: str) -> Transaction:
    """Credits a customer from the outside world. The same reference with the same contents posts once.

    Raises AmountTooLarge, and ReferenceReused when the reference stands for another deposit.
    """
    if units < 1:
        raise LedgerError("A deposit is more than zero.")
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

    Entries are never changed, so this is how a mistake is put right (P14). Raises InsufficientFunds, AmountTooLarge, and
    ReferenceReused when the reference stands for another adjustment.
    """
    if not units:
        raise LedgerError("An adjustment is not zero.")
    return _move(
        Transaction.Kind.ADJUSTMENT,
        user=user,
        asset=asset,
        units=units,
        house=Account.Kind.TREASURY,
        reference=reference,
    )


@retried
def _move(
    kind: Transaction.Kind, *, user: "User", asset: Asset, units: int, house: Account.Kind, reference: str
) -> Transaction:
    """One balance of one customer against the house's account of that kind, once for each reference."""
    Customer.objects.ensure(user)
    Account.objects.ensure_customer(user, [asset.pk])
    house_account = Account.objects.ensure_house(house, [asset.pk])[asset.pk]
    with transaction.atomic():
        Customer.objects.lock(user)
        account = lock_accounts(user, [asset.pk])[asset.pk]
        posted = Transaction.objects.filter(kind=kind, reference=reference).first()
        if posted is None:
            try:
                with transaction.atomic():
                    return post(
                        kind=kind,
                        reference=reference,
                        posted_at=clock.now(),
                        customer_moves={account: units},
                        house_moves=[Move(house_account, -units)],
                    )
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
    """What the house's accounts hold, in units, by account id: the stored sums and the entries since, in two queries.

    Added in Python: the sum of many customers may pass 64 bits.
    """
    sums = {account.pk: HouseBalance(account=account) for account in accounts}
    sums |= HouseBalance.objects.in_bulk(list(sums))
    balances = {pk: stored.units for pk, stored in sums.items()}
    since = reduce(or_, [Q(account=pk, pk__gt=stored.entry_id) for pk, stored in sums.items()], Q(pk__in=[]))
    for pk, units in Entry.objects.filter(since).order_by().values_list("account_id", "units").iterator(CHUNK):
        balances[pk] += units
    return balances


def sum_house_balances() -> None:
    """Brings the stored sums up to date, so that asking for a balance reads no more than what came since.

    Raises Busy when somebody has been writing entries for seconds on end; the stored sums are as right as before then.
    """
    last = _last_entry()
    for account in Account.objects.house().order_by("pk"):
        stored = HouseBalance.objects.filter(account=account).first() or HouseBalance(account=account)
        entries = Entry.objects.filter(account=account, pk__gt=stored.entry_id, pk__lte=last)
        stored.units += sum(entries.order_by().values_list("units", flat=True).iterator(CHUNK))
        stored.entry_id = last
        stored.save()


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
