"""What operators have moved on approval: one transaction for each order, all of them or none (P14, P20)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from wallet import ledger, money
from wallet.database import clock
from wallet.ledger import LedgerError, Move, Posting
from wallet.models import Account, Asset, Customer, Proposal, StaffMovement, Transaction
from wallet.proposals.kinds import Declined

# Where each kind of transaction takes from, or gives to, what the customer gets or loses.
AGAINST = {
    Transaction.Kind.DEPOSIT: Account.Kind.OUTSIDE,
    Transaction.Kind.WITHDRAWAL: Account.Kind.OUTSIDE,
    Transaction.Kind.REVERSAL: Account.Kind.OUTSIDE,
    Transaction.Kind.CORRECTION: Account.Kind.TREASURY,
}


@dataclass(frozen=True, slots=True)
class Order:
    """A customer's balance moves by these units, up or (negative) down. `number` is its row in the proposal's file, or 1."""

    number: int
    kind: Transaction.Kind
    user: User
    asset: Asset
    units: int
    reference: str
    evidence: str
    reverses: Transaction | None = None


def post(proposal: Proposal, orders: Sequence[Order], *, expected: Mapping[tuple[int, int], int] | None = None) -> None:
    """Posts the orders of an approved proposal within the transaction of the approval; no balance goes below zero.

    `expected` are balances in units, by user and asset, that must be what they were when the proposal was made. Raises
    Declined, and nothing has moved: where a balance does not cover an order, is not what was expected, or a reference was
    used meanwhile.
    """
    _ensure(orders)
    accounts = _lock(orders)
    for (user, asset), units in (expected or {}).items():
        if accounts[user][asset].units != units:
            raise Declined("The balance has changed since this was proposed. Propose it anew, from how it is now.")
    house = _house(orders)
    try:
        with transaction.atomic():
            for wave in _waves(orders):
                _post(proposal, wave, accounts, house)
    except LedgerError as error:
        raise Declined(f"{error} Nothing was moved.") from error
    except IntegrityError as error:
        used = used_references((order.kind, order.reference) for order in orders)
        if not used:
            raise
        raise Declined(f"The reference {used[0]} was posted meanwhile. Nothing was moved.") from error


def used_references(wanted: Iterable[tuple[Transaction.Kind, str]]) -> list[str]:
    """Those of these references that stand for a transaction of their kind already."""
    by_kind: defaultdict[Transaction.Kind, list[str]] = defaultdict(list)
    for kind, reference in wanted:
        by_kind[kind].append(reference)
    return [
        found
        for kind, references in by_kind.items()
        for found in Transaction.objects.filter(kind=kind, reference__in=references)
        .order_by("reference")
        .values_list("reference", flat=True)
    ]


def balance(user_id: int, asset_id: int) -> int:
    """What the customer holds of the asset now, in units; 0 without an account."""
    held = Account.objects.customers().filter(user=user_id, asset=asset_id).values_list("units", flat=True).first()
    return held or 0


def require_possible(held: int, units: int, asset: Asset) -> None:
    """Raises ValidationError where a balance that moves by these units would be none that there can be."""
    if held + units < 0:
        has = f"{money.to_decimal(held, asset.scale):f}"
        raise ValidationError(f"The balance is {has} {asset}: it would go below zero.")
    if held + units > money.MAX_UNITS:
        raise ValidationError(f"The balance of {asset} would be more than can be kept.")


def _ensure(orders: Sequence[Order]) -> None:
    """Each customer has a row to lock, and an account of what is moved."""
    users = {order.user.pk: order.user for order in orders}
    for pk in sorted(users):
        Customer.objects.ensure(users[pk])
    by_asset: defaultdict[int, set[int]] = defaultdict(set)
    for order in orders:
        by_asset[order.asset.pk].add(order.user.pk)
    for asset, some in sorted(by_asset.items()):
        Account.objects.ensure_customers(sorted(some), asset)


def _lock(orders: Sequence[Order]) -> dict[int, dict[int, Account]]:
    """The customers first, in the order of their ids, then their accounts: as everywhere."""
    users = sorted({order.user.pk for order in orders})
    list(Customer.objects.filter(pk__in=users).order_by("pk").select_for_update(no_key=True))
    wanted: dict[int, set[int]] = {pk: set() for pk in users}
    for order in orders:
        wanted[order.user.pk].add(order.asset.pk)
    return ledger.lock_accounts(wanted)


def _house(orders: Sequence[Order]) -> dict[tuple[Account.Kind, int], int]:
    """The house's accounts that the orders are posted against: kind and asset id → account id."""
    wanted: defaultdict[Account.Kind, set[int]] = defaultdict(set)
    for order in orders:
        wanted[AGAINST[order.kind]].add(order.asset.pk)
    return {
        (kind, asset): account
        for kind, assets in wanted.items()
        for asset, account in Account.objects.ensure_house(kind, sorted(assets)).items()
    }


def _waves(orders: Sequence[Order]) -> list[list[Order]]:
    """The orders in their order, each account once in a wave at the most: that is what the ledger posts at once."""
    waves: list[list[Order]] = []
    seen: defaultdict[tuple[int, int], int] = defaultdict(int)
    for order in orders:
        at = seen[order.user.pk, order.asset.pk]
        if at == len(waves):
            waves.append([])
        waves[at].append(order)
        seen[order.user.pk, order.asset.pk] += 1
    return waves


def _post(
    proposal: Proposal,
    wave: Sequence[Order],
    accounts: Mapping[int, Mapping[int, Account]],
    house: Mapping[tuple[Account.Kind, int], int],
) -> None:
    """What is told of each transaction is written before it: the database refuses one without."""
    at = clock.now()
    postings = [
        Posting(
            kind=order.kind,
            reference=order.reference,
            posted_at=at,
            customer_moves={accounts[order.user.pk][order.asset.pk]: order.units},
            house_moves=[Move(house[AGAINST[order.kind], order.asset.pk], -order.units)],
        )
        for order in wave
    ]
    StaffMovement.objects.bulk_create(
        StaffMovement(
            transaction_id=posting.pk,
            proposal=proposal,
            number=order.number,
            reverses=order.reverses,
            reason=proposal.reason,
            evidence=order.evidence or proposal.evidence,
            created_by=proposal.created_by,
        )
        for order, posting in zip(wave, postings, strict=True)
    )
    ledger.post(postings)
    for order in wave:
        account = accounts[order.user.pk][order.asset.pk]
        assert account.units is not None and account.sequence is not None
        account.units, account.sequence = account.units + order.units, account.sequence + 1
