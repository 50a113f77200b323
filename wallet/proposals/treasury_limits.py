"""A treasury's limit that gets looser, proposed: what is warned of or stopped now would be no longer (P20)."""

from datetime import datetime

from wallet.models import Proposal, TreasuryLimit
from wallet.proposals.kinds import Kind, Payload, Row, State, register
from wallet.treasury import limits


@register
class LooserLimit(Kind):
    """Made from all limits in force: one that is set meanwhile has to be looked at first."""

    kind = Proposal.Kind.LIMIT

    def state(self, payload: Payload) -> State:
        found = TreasuryLimit.objects.in_force()
        return {"limits": {str(one): limits.said(one.asset, one.warn_units, one.stop_units) for one in found}}

    def clean(self, payload: Payload, at: datetime) -> Payload:
        limits.require_change(limits.read(payload))
        return {name: payload.get(name, "") for name in limits.FIELDS}

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        limits.write(by=proposal.created_by, limit=limits.read(payload), reason=proposal.reason, proposal=proposal)

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        limit = limits.read(payload)
        name = f"{limit.asset} {limit.side}"
        return [Row(name, then["limits"].get(name, "none"), now["limits"].get(name, "none"), limit.words)]
