"""Money that operators move, one movement at a time: correction, deposit, withdrawal, reversal of a deposit (P14, P20).

Each is made from what the customer holds, and shows it before and after. Only a correction is bound to it: its amount was
worked out from the balance as it was. The others move what came or went outside, whatever the customer did meanwhile, as
long as the balance covers it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from wallet import money
from wallet.models import Account, Asset, Proposal, Transaction
from wallet.proposals import orders, reading
from wallet.proposals.kinds import Kind, Payload, Row, State, register
from wallet.proposals.orders import Order

UP, DOWN = "up", "down"


class Moving(Kind):
    """One movement of one customer's balance of one asset. A payload names them, and the amount in whole coins."""

    needs_evidence = True
    transaction_kind: Transaction.Kind

    def sign(self, payload: Payload) -> int:
        """1 where the customer gets something, -1 where they lose it."""
        return 1

    def order(self, proposal: Proposal, payload: Payload) -> Order:
        user, asset = _named(payload)
        units = self.sign(payload) * money.to_units(payload["amount"], asset.scale)
        reference = self.reference(proposal, payload)
        return Order(1, self.transaction_kind, user, asset, units, reference, proposal.evidence)

    def reference(self, proposal: Proposal, payload: Payload) -> str:
        return payload["reference"]

    def clean(self, payload: Payload, at: datetime) -> Payload:
        is_given = self.sign(payload) > 0
        whole = reading.fields(
            {
                "user": lambda: reading.find_customer(payload.get("user", "").strip()).username,
                "asset": lambda: reading.find_asset(payload.get("asset", "").strip(), is_given=is_given).code,
                **self.more(payload),
            }
        )
        asset = Asset.objects.get(code=whole["asset"])
        units = reading.fields({"amount": lambda: str(reading.amount(payload.get("amount", "").strip(), asset))})[
            "amount"
        ]
        whole["amount"] = f"{money.to_decimal(int(units), asset.scale):f}"
        self.require_covered(whole)
        return whole

    def more(self, payload: Payload) -> dict[str, Callable[[], str]]:
        """Further fields, each with what reads it."""
        return {"reference": lambda: self._new_reference(payload.get("reference", ""))}

    def require_covered(self, whole: Payload) -> None:
        """Raises ValidationError where the balance would go below zero, or be more than can be kept."""
        user, asset = _named(whole)
        units = self.sign(whole) * money.to_units(whole["amount"], asset.scale)
        held = orders.balance(user.pk, asset.pk)
        reading.field("amount", partial(orders.require_possible, held, units, asset))

    def state(self, payload: Payload) -> State:
        user, asset = _named(payload)
        return {"balance": str(orders.balance(user.pk, asset.pk)), "scale": asset.scale}

    def binding(self, state: State) -> State:
        return {}

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        shown = [
            Row("Customer", *[payload["user"]] * 3),
            Row("Asset", *[payload["asset"]] * 3),
            *[Row(name, *[payload[key]] * 3) for name, key in self.named if key in payload],
        ]
        signed = f"{'+' if self.sign(payload) > 0 else '-'}{payload['amount']}"
        units = self.sign(payload) * money.to_units(payload["amount"], now["scale"])
        balance = Row.of_balance("Balance", int(then["balance"]), int(now["balance"]), units, now["scale"])
        return [*shown, Row("Amount", signed, signed, signed), balance]

    named: tuple[tuple[str, str], ...] = (("Reference", "reference"),)

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        orders.post(proposal, [self.order(proposal, payload)])

    def concerns(self, payload: Payload) -> User | None:
        return User.objects.get(username=payload["user"])

    def _new_reference(self, text: str) -> str:
        reference = reading.reference(text)
        if orders.used_references([(self.transaction_kind, reference)]):
            name = self.transaction_kind.label.lower()
            raise ValidationError(f"The reference {reference} stands for another {name} already.")
        return reference


@register
class Deposit(Moving):
    """What came in outside and reached no balance by itself."""

    kind = Proposal.Kind.DEPOSIT
    transaction_kind = Transaction.Kind.DEPOSIT


@register
class Withdrawal(Moving):
    """What was sent out to the customer outside."""

    kind = Proposal.Kind.WITHDRAWAL
    transaction_kind = Transaction.Kind.WITHDRAWAL

    def sign(self, payload: Payload) -> int:
        return -1


@register
class Correction(Moving):
    """What is put right against the treasury, up or down, worked out from the balance as it was (P14)."""

    kind = Proposal.Kind.CORRECTION
    transaction_kind = Transaction.Kind.CORRECTION

    def sign(self, payload: Payload) -> int:
        return -1 if payload.get("direction") == DOWN else 1

    def more(self, payload: Payload) -> dict[str, Callable[[], str]]:
        return {"direction": lambda: _direction(payload.get("direction", ""))}

    def reference(self, proposal: Proposal, payload: Payload) -> str:
        return f"proposal-{proposal.pk}"

    def binding(self, state: State) -> State:
        return state

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        order = self.order(proposal, payload)
        held = {(order.user.pk, order.asset.pk): int(proposal.state["balance"])}
        orders.post(proposal, [order], expected=held)


@register
class Reversal(Moving):
    """A posted deposit goes back to where it came from, whole and once; the treasury has no part in it.

    A payload names the deposit by its reference; whose it is and how much follows from it.
    """

    kind = Proposal.Kind.REVERSAL
    transaction_kind = Transaction.Kind.REVERSAL
    named = (("Deposit", "deposit"),)

    def sign(self, payload: Payload) -> int:
        return -1

    def clean(self, payload: Payload, at: datetime) -> Payload:
        reference = payload.get("deposit", "").strip()
        whole = reading.fields({"deposit": lambda: find_deposit(reference).reference})
        entry = (
            Account.objects.customers()
            .filter(entry__transaction=find_deposit(reference))
            .values_list("user__username", "asset__code", "asset__scale", "entry__units")
            .get()
        )
        user, code, scale, units = entry
        reading.fields({"deposit": lambda: reading.find_customer(user, active=False).username})
        whole |= {"user": user, "asset": code, "amount": f"{money.to_decimal(units, scale):f}"}
        self.require_covered(whole)
        return whole

    def order(self, proposal: Proposal, payload: Payload) -> Order:
        deposit = find_deposit(payload["deposit"])
        user, asset = _named(payload)
        units = -money.to_units(payload["amount"], asset.scale)
        return Order(1, self.transaction_kind, user, asset, units, deposit.reference, proposal.evidence, deposit)


def find_deposit(reference: str) -> Transaction:
    """A posted deposit that was not reversed. Raises ValidationError."""
    found = None
    if reference and "\0" not in reference:
        found = Transaction.objects.filter(kind=Transaction.Kind.DEPOSIT, reference=reference).first()
    if found is None:
        raise ValidationError(f"There is no deposit “{reference[: reading.REFERENCE]}”.")
    if Transaction.objects.filter(movement__reverses=found).exists():
        raise ValidationError(f"The deposit {reference} was reversed already.")
    return found


def _direction(text: str) -> str:
    if text not in (UP, DOWN):
        raise ValidationError("Choose whether the balance goes up or down.")
    return text


def _named(payload: Payload) -> tuple[User, Asset]:
    return User.objects.get(username=payload["user"]), Asset.objects.get(code=payload["asset"])
