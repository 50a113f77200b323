"""Opening conversions again after a guard closed them: a second person approves (P19, P20). Closing never waits.

The guards are the house breaker and the treasury's limits.
"""

from datetime import datetime

from django.core.exceptions import ValidationError

from wallet import formats, treasury
from wallet.models import Opening, Proposal
from wallet.proposals.kinds import Kind, Payload, Row, State, register


@register
class Resuming(Kind):
    """Made from the guards' closings that stand: one that is written meanwhile has to be looked at first."""

    kind = Proposal.Kind.RESUME

    def state(self, payload: Payload) -> State:
        closings = Opening.objects.stopped()
        return {"closings": {str(one.pk): f"{formats.utc(one.created_at)}: {one.reason}" for one in closings}}

    def clean(self, payload: Payload, at: datetime) -> Payload:
        if not Opening.objects.stopped().exists():
            raise ValidationError("A guard has not closed conversions, so nothing waits for a second person.")
        found = treasury.stops()
        if found:
            words = " ".join(one.text for one in found)
            raise ValidationError(f"It would be closed again at once. {words}")
        return {}

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        Opening.objects.create(is_open=True, reason=proposal.reason, proposal=proposal, created_by=proposal.created_by)

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        before, stand = then["closings"], now["closings"]
        return [
            Row(f"Closing {pk}", before.get(pk, "not there yet"), stand.get(pk, "over"), "opened")
            for pk in sorted({*before, *stand}, key=int)
        ]
