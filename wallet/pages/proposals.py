"""A proposal's page in the admin: what it changes, as it was, is and would be, and what this operator may do with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.core.exceptions import ValidationError

from wallet import formats, proposals
from wallet.models import Proposal


@dataclass(frozen=True)
class ProposalPage:
    """For the operator whom it is shown to. `may` says whether they have a right; times are UTC, words are English."""

    proposal: Proposal
    now: datetime
    reader: int
    may: Callable[[str], bool]

    @property
    def kind(self) -> proposals.Kind:
        return proposals.KINDS[self.proposal.kind]

    @property
    def is_waiting(self) -> bool:
        return not self.proposal.is_decided and not self.proposal.has_lapsed(self.now)

    @property
    def is_own(self) -> bool:
        return self.proposal.created_by_id == self.reader

    @property
    def may_decide(self) -> bool:
        is_other = not self.is_own and self.proposal.concerns_id != self.reader
        return self.is_waiting and is_other and self.may(self.kind.decide_permission)

    @property
    def may_take_back(self) -> bool:
        return self.is_waiting and self.is_own

    @property
    def may_do_something(self) -> bool:
        return self.may_decide or self.may_take_back

    @cached_property
    def state(self) -> proposals.State:
        return self.kind.state(self.proposal.payload)

    @cached_property
    def rows(self) -> list[proposals.Row]:
        then = self.proposal.state
        return self.kind.rows(self.proposal.payload, then, self.state if self.is_waiting else then)

    @cached_property
    def problem(self) -> str:
        """Why it can't be approved as things stand."""
        if not self.is_waiting:
            return ""
        if proposals.fingerprint(self.kind.binding(self.state)) != self.proposal.fingerprint:
            return "Things have changed since this was proposed, so it can’t be approved. Propose it anew."
        try:
            self.kind.clean(self.proposal.payload, self.now)
        except ValidationError as error:
            return f"It can’t be approved any more: {' '.join(error.messages)}"
        return ""

    @cached_property
    def warnings(self) -> list[str]:
        return self.kind.warnings(self.proposal.payload, self.proposal.state)

    @cached_property
    def examples(self) -> list[str]:
        """At the prices of now, while it waits."""
        return self.kind.examples(self.proposal.payload, self.now) if self.is_waiting else []

    @property
    def standing(self) -> str:
        """What became of it."""
        if self.proposal.is_decided:
            made = self.proposal.decision
            why = f" {made.reason}" if made.reason else ""
            return f"{made.get_outcome_display()} by {made.created_by} at {formats.utc(made.created_at)}.{why}"
        if not self.is_waiting:
            return f"Lapsed at {formats.utc(self.proposal.lapses_at)}: nobody decided on it."
        if self.is_own:
            return f"Waits for another operator until {formats.utc(self.proposal.lapses_at)}. You can take it back."
        return f"Waits for a decision until {formats.utc(self.proposal.lapses_at)}."
