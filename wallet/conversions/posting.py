"""What a completed conversion moves: the customer's balances, and the house's the other way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from wallet import ledger, money
from wallet.conversions import states
from wallet.models import Account, Asset, Conversion, Customer, Line, Transaction


@dataclass(frozen=True)
class Settlement:
    """A confirmed conversion and all that settling it may change, locked; the customer's accounts by asset id."""

    customer: Customer
    conversion: Conversion
    lines: list[Line]
    accounts: dict[int, Account]

    @cached_property
    def figures(self) -> list[money.Figures]:
        """What each line comes to at the settlement's prices, once every rule lets it pass."""
        found = []
        for line in self.lines:
            figures = line.settlement_figures()
            assert figures is not None
            found.append(figures)
        return found

    @cached_property
    def total(self) -> money.Figures:
        """What they add up to."""
        return money.total(self.figures)


@dataclass(frozen=True, slots=True)
class House:
    """The house's accounts that settlements need, as ids: the treasury's by asset id, and the one for fees."""

    treasury: dict[int, int]
    fees: int | None


def post(passed: Sequence[Settlement], bnb: Asset, *, at: datetime) -> None:
    """Posts a ledger transaction for each, starts the waits, and sets the figures and the state of what was posted."""
    if not passed:
        return
    for settlement in passed:
        for line, figures in zip(settlement.lines, settlement.figures, strict=True):
            line.set_settled_figures(figures)
    house = _house(passed, bnb, has_fees=any(settlement.total.fee for settlement in passed))
    postings = [
        ledger.Posting(
            kind=Transaction.Kind.CONVERSION,
            reference=settlement.conversion.reference,
            posted_at=at,
            customer_moves=_customer_moves(settlement, bnb),
            house_moves=_house_moves(settlement, house, bnb),
        )
        for settlement in passed
    ]
    for settlement, posted in zip(passed, ledger.post(postings), strict=True):
        states.complete(settlement.conversion, posted=posted, total=settlement.total, at=at)
    Customer.objects.filter(pk__in=[settlement.customer.pk for settlement in passed]).update(last_converted_at=at)


def _house(passed: Sequence[Settlement], bnb: Asset, *, has_fees: bool) -> House:
    assets = {bnb.pk, *(line.asset_id for settlement in passed for line in settlement.lines)}
    treasury = Account.objects.ensure_house(Account.Kind.TREASURY, sorted(assets))
    fees = Account.objects.ensure_house(Account.Kind.FEES, [bnb.pk])[bnb.pk] if has_fees else None
    return House(treasury, fees)


def _customer_moves(settlement: Settlement, bnb: Asset) -> dict[Account, int]:
    moves = {settlement.accounts[line.asset_id]: -line.units for line in settlement.lines}
    moves[settlement.accounts[bnb.pk]] = settlement.total.net
    return moves


def _house_moves(settlement: Settlement, house: House, bnb: Asset) -> list[ledger.Move]:
    """What the treasury takes and pays, and the fee where there is one."""
    moves = [ledger.Move(house.treasury[line.asset_id], line.units) for line in settlement.lines]
    moves.append(ledger.Move(house.treasury[bnb.pk], -settlement.total.gross))
    if settlement.total.fee:
        assert house.fees is not None
        moves.append(ledger.Move(house.fees, settlement.total.fee))
    return moves
