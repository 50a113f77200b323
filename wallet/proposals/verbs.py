"""Propose, approve, refuse, take back: each in one transaction, one after the other for proposals of the same kind."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from wallet import formats, staff_log
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Decision, Proposal
from wallet.proposals.bounds import lifetime
from wallet.proposals.kinds import KINDS, Declined, Kind, fingerprint, may

Outcome = Decision.Outcome
REASON = Proposal._meta.get_field("reason").max_length or 0  # noqa: SLF001  # Django's public way to its fields
EVIDENCE = Proposal._meta.get_field("evidence").max_length or 0  # noqa: SLF001


@retried
def propose(
    *, by: User, kind: str, payload: Mapping[str, str], reason: str, evidence: str = "", confirms: bool = False
) -> Proposal:
    """Writes down what one operator wants done, checked whole, with the state that it is made from.

    Raises ValidationError by field for what is wrong with it, under `confirms` what has to be confirmed first; Declined when
    the operator may not propose it. What is proposed lapses after settings.PROPOSAL_HOURS.
    """
    sort = KINDS[kind]
    if not may(by, sort.propose_permission):
        raise Declined("You have no right to propose this.")
    _require_texts(reason, evidence, needs_evidence=sort.needs_evidence)
    with transaction.atomic():
        Proposal.objects.take_turns(kind)
        at = clock.now()
        whole = sort.clean(payload, at)
        state = sort.state(whole)
        twin = sort.twin(whole)
        if twin:
            raise Declined(f"This was proposed already: {twin}, of {formats.utc(twin.created_at)}.")
        warnings = sort.warnings(whole, state)
        if warnings and not confirms:
            raise ValidationError({"confirms": warnings})
        concerns = sort.concerns(whole)
        if concerns == by:
            raise Declined("This concerns yourself: another operator has to propose it.")
        made = Proposal.objects.create(
            kind=kind,
            payload=dict(whole),
            state=state,
            fingerprint=fingerprint(sort.binding(state)),
            concerns=concerns,
            reason=reason.strip(),
            evidence=evidence.strip(),
            lapses_at=at + lifetime(),
            created_by=by,
        )
        staff_log.record(staff=by, action="proposed", on=made, reason=made.reason, before=state, after=sort.told(whole))
        return made


@retried
def approve(*, by: User, proposal: int, reason: str = "") -> Decision:
    """Approves another's proposal; its effect happens in the same transaction, once.

    Raises Declined when this operator may not, when it was decided on or has lapsed, when things have changed since it was
    proposed, or who proposed it has lost the right since; Proposal.DoesNotExist.
    """
    with transaction.atomic():
        asked, sort = _open(by, proposal)
        if asked.created_by_id == by.pk:
            raise Declined("You proposed this yourself: another operator has to approve it.")
        if not may(asked.created_by, sort.propose_permission):
            raise Declined(f"{asked.created_by} has no right to propose this any more.")
        if fingerprint(sort.binding(sort.state(asked.payload))) != asked.fingerprint:
            raise Declined("Things have changed since this was proposed. Propose it anew, from how they are now.")
        try:
            payload = sort.clean(asked.payload, clock.now())
            if payload != asked.payload:
                raise Declined("It would no longer be read as it was proposed. Propose it anew.")
            decision = _decide(asked, by, Outcome.APPROVED, reason)
            sort.apply(asked, payload)
        except ValidationError as error:
            raise Declined(f"This cannot be done any more: {' '.join(error.messages)}") from error
        return decision


@retried
def refuse(*, by: User, proposal: int, reason: str) -> Decision:
    """Refuses another's proposal, with a reason. Raises Declined as `approve` does."""
    if not reason.strip():
        raise Declined("Say why you refuse it.")
    with transaction.atomic():
        asked, _ = _open(by, proposal)
        if asked.created_by_id == by.pk:
            raise Declined("You proposed this yourself: take it back instead.")
        return _decide(asked, by, Outcome.REFUSED, reason)


@retried
def take_back(*, by: User, proposal: int, reason: str = "") -> Decision:
    """Ends one's own proposal before anybody decides on it. Raises Declined, Proposal.DoesNotExist."""
    with transaction.atomic():
        asked = _lock(proposal)
        if asked.created_by_id != by.pk:
            raise Declined("Only who proposed this can take it back: refuse it instead.")
        _require_undecided(asked)
        return _decide(asked, by, Outcome.TAKEN_BACK, reason)


def _require_texts(reason: str, evidence: str, *, needs_evidence: bool) -> None:
    wrong = {}
    if not reason.strip():
        wrong["reason"] = "Say why."
    elif len(reason.strip()) > REASON:
        wrong["reason"] = f"The reason has more than {REASON} characters."
    if needs_evidence and not evidence.strip():
        wrong["evidence"] = "Say what shows that it is right: an address, a ticket, a few words."
    elif len(evidence.strip()) > EVIDENCE:
        wrong["evidence"] = f"The evidence has more than {EVIDENCE} characters."
    if wrong:
        raise ValidationError(wrong)


def _lock(pk: int) -> Proposal:
    """The proposal as it is once it is this one's turn."""
    Proposal.objects.take_turns(Proposal.objects.values_list("kind", flat=True).get(pk=pk))
    return Proposal.objects.select_related("decision__created_by", "created_by").get(pk=pk)


def _open(by: User, pk: int) -> tuple[Proposal, Kind]:
    """A proposal that this operator may decide on now, as far as it is no matter of how."""
    asked = _lock(pk)
    sort = KINDS[asked.kind]
    if not may(by, sort.decide_permission):
        raise Declined("You have no right to decide on this.")
    if asked.concerns_id == by.pk:
        raise Declined("This concerns yourself: another operator has to decide on it.")
    _require_undecided(asked)
    return asked, sort


def _require_undecided(asked: Proposal) -> None:
    if asked.is_decided:
        made = asked.decision
        deed = made.get_outcome_display().lower()
        raise Declined(f"{made.created_by} decided on this already: {deed} at {formats.utc(made.created_at)}.")
    if asked.has_lapsed(clock.now()):
        raise Declined(f"This lapsed at {formats.utc(asked.lapses_at)}. Propose it anew.")


def _decide(asked: Proposal, by: User, outcome: Decision.Outcome, reason: str) -> Decision:
    if len(reason.strip()) > REASON:
        raise Declined(f"The reason has more than {REASON} characters.")
    staff_log.record(
        staff=by, action=outcome.value, on=asked, reason=reason.strip(), after=KINDS[asked.kind].told(asked.payload)
    )
    return Decision.objects.create(proposal=asked, outcome=outcome, reason=reason.strip(), created_by=by)
