"""What the house bought or sold outside, booked by two people: the treasury's account and the outside move, no customer's."""

import re
from datetime import datetime

from django.core.exceptions import ValidationError

from wallet import ledger, money
from wallet.models import Asset, Proposal, Transaction
from wallet.proposals.kinds import Kind, Payload, Row, State, register

FIELDS = ("bought", "bought_amount", "sold", "sold_amount", "reference")
NAMES = ("Bought", "Amount bought", "Sold", "Amount sold", "Reference")
_REFERENCE = re.compile(r"[!-~]([ -~]{0,78}[!-~])?")


@register
class Booking(Kind):
    """One of both may be empty: what was paid in or taken out. It is made from the reference, which is used once."""

    kind = Proposal.Kind.BOOKING

    def state(self, payload: Payload) -> State:
        return {}

    def clean(self, payload: Payload, at: datetime) -> Payload:
        _moves(payload)
        reference = payload.get("reference", "")
        if not _REFERENCE.fullmatch(reference):
            raise ValidationError({"reference": "A reference has 1 to 80 plain characters."})
        if Transaction.objects.filter(kind=Transaction.Kind.BOOKING, reference=reference).exists():
            raise ValidationError({"reference": f"The reference {reference} is booked already."})
        return {name: payload.get(name, "") for name in FIELDS}

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        ledger.book(moves=_moves(payload), reference=payload["reference"])

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        return [Row(name, "", "", payload[field] or "nothing") for name, field in zip(NAMES, FIELDS, strict=True)]


def _moves(payload: Payload) -> dict[int, int]:
    """What the treasury gets and gives, in units by asset id. Raises ValidationError by field."""
    moves: dict[int, int] = {}
    wrong: dict[str, str] = {}
    for name, sign in (("bought", 1), ("sold", -1)):
        code, text = payload.get(name, ""), payload.get(f"{name}_amount", "")
        if not code and not text:
            continue
        asset = Asset.objects.filter(code=code).first()
        if asset is None:
            wrong[name] = "There is no such asset."
            continue
        try:
            units = money.to_units(text, asset.scale)
        except money.AmountError as error:
            wrong[f"{name}_amount"] = str(error)
            continue
        if not units:
            wrong[f"{name}_amount"] = "Write more than zero."
        elif asset.pk in moves:
            wrong[name] = "What was bought and what was sold are different assets."
        moves[asset.pk] = sign * units
    if not moves and not wrong:
        wrong["bought"] = "Say what was bought, what was sold, or both."
    if wrong:
        raise ValidationError(wrong)
    return moves
