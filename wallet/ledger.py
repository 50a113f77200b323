"""The double-entry ledger. `post` is the only code that moves a balance.

A transaction's entries add up to zero for each asset. A customer's account keeps its balance, changed in the same
database transaction that writes the entry; the house's accounts have entries only.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, connection, transaction

from wallet import clock, money
from wallet.models import Account, Asset, Customer, Entry, Transaction
from wallet.retrying import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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


@retried
def deposit(*, user: "User", asset: Asset, units: int, reference: str) -> Transaction:
    """Credits a customer from the outside world. The same reference with the same contents posts once.

    Raises AmountTooLarge, and ReferenceReused when the reference stands for another deposit.
    """
    if units < 1:
        raise LedgerError("A deposit is more than zero.")
    Customer.objects.ensure(user)
    Account.objects.ensure_customer(user, [asset.pk])
    outside = Account.objects.ensure_house(Account.Kind.OUTSIDE, [asset.pk])[asset.pk]
    with transaction.atomic():
        Customer.objects.lock(user)
        account = lock_accounts(user, [asset.pk])[asset.pk]
        posted = Transaction.objects.filter(kind=Transaction.Kind.DEPOSIT, reference=reference).first()
        if posted is None:
            try:
                with transaction.atomic():
                    return post(
                        kind=Transaction.Kind.DEPOSIT,
                        reference=reference,
                        posted_at=clock.now(),
                        customer_moves={account: units},
                        house_moves=[Move(outside, -units)],
                    )
            except IntegrityError:
                # Another customer's deposit took the reference at the same moment.
                posted = Transaction.objects.filter(kind=Transaction.Kind.DEPOSIT, reference=reference).first()
                if posted is None:
                    raise
        if set(posted.entries.values_list("account_id", "units")) != {(account.pk, units), (outside, -units)}:
            raise ReferenceReused(f"The reference {reference} stands for another deposit. Nothing was credited.")
        return posted


def house_balance(kind: Account.Kind, asset: Asset) -> int:
    """What a house account holds of an asset, in units. Added in Python: the sum of many customers may pass 64 bits."""
    units = Entry.objects.filter(account__kind=kind, account__asset=asset).values_list("units", flat=True)
    return sum(units.iterator(chunk_size=10_000))
