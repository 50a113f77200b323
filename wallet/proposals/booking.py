"""What the house bought or sold outside, booked by two people: the treasury's account and the outside move, no customer's."""

from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError

from wallet import ledger, money, treasury
from wallet.models import Asset, Proposal, StaffMovement, Transaction
from wallet.proposals import reading
from wallet.proposals.kinds import Kind, Payload, Row, State, register
from wallet.references import new_transaction_id

FIELDS = ("bought", "bought_amount", "sold", "sold_amount", "reference")
NAMES = ("Bought", "Amount bought", "Sold", "Amount sold", "Reference")


@register
class Booking(Kind):
    """One of both may be empty: what was paid in or taken out. The reference is used once. Its state is what the house has
    of its own, as units by asset, which may move until it is decided.
    """

    kind = Proposal.Kind.BOOKING
    needs_evidence = True

    def state(self, payload: Payload) -> State:
        assets = [asset for asset, _ in _sides(payload).values()]
        own = treasury.own_units([asset.pk for asset in assets])
        return {"own": {asset.code: str(own[asset.pk]) for asset in assets}}

    def binding(self, state: State) -> State:
        return {}

    def clean(self, payload: Payload, at: datetime) -> Payload:
        whole = dict.fromkeys(FIELDS, "")
        for side, (asset, units) in _sides(payload).items():
            whole |= {side: asset.code, f"{side}_amount": f"{money.to_decimal(units, asset.scale):f}"}
        return whole | {"reference": reading.field("reference", partial(_new_reference, payload.get("reference", "")))}

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        """What is told of it is written before its transaction: the database refuses one without."""
        pk = new_transaction_id()
        StaffMovement.objects.create(
            transaction_id=pk,
            proposal=proposal,
            number=1,
            reason=proposal.reason,
            evidence=proposal.evidence,
            created_by=proposal.created_by,
        )
        moves = {asset.pk: units for asset, units in _moves(payload)}
        ledger.book(pk=pk, moves=moves, reference=payload["reference"])

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        said = [Row(name, "", "", payload[field] or "nothing") for name, field in zip(NAMES, FIELDS, strict=True)]
        own = [
            Row.of_balance(
                f"The house’s own {asset.code}",
                int(then["own"][asset.code]),
                int(now["own"][asset.code]),
                moved,
                asset.scale,
            )
            for asset, moved in _moves(payload)
        ]
        return [*said, *own]

    def warnings(self, payload: Payload, state: State) -> list[str]:
        """Where the house would have sold what it does not have."""
        left = [(asset, int(state["own"][asset.code]) + moved) for asset, moved in _moves(payload) if moved < 0]
        return [treasury.short_words(asset.code, -units, asset.scale) for asset, units in left if units < 0]


def _new_reference(text: str) -> str:
    reference = reading.reference(text)
    if Transaction.objects.filter(kind=Transaction.Kind.BOOKING, reference=reference).exists():
        raise ValidationError(f"The reference {reference} is booked already.")
    return reference


def _moves(payload: Payload) -> list[tuple[Asset, int]]:
    """What the treasury gets of each asset, in units; less than 0 of what is sold."""
    signs = {"bought": 1, "sold": -1}
    return [(asset, signs[side] * units) for side, (asset, units) in _sides(payload).items()]


def _sides(payload: Payload) -> dict[str, tuple[Asset, int]]:
    """What the treasury gets, under `bought`, and gives, under `sold`, in units; one of both may be missing.

    Raises ValidationError by field.
    """
    sides: dict[str, tuple[Asset, int]] = {}
    for side in ("bought", "sold"):
        code, text = payload.get(side, ""), payload.get(f"{side}_amount", "")
        if code or text:
            asset = reading.field(side, partial(reading.find_asset, code, is_given=False))
            sides[side] = asset, reading.field(f"{side}_amount", partial(reading.amount, text, asset))
    if not sides:
        raise ValidationError({"bought": "Say what was bought, what was sold, or both."})
    if len({asset.pk for asset, _ in sides.values()}) < len(sides):
        raise ValidationError({"sold": "What was bought and what was sold are different assets."})
    return sides
