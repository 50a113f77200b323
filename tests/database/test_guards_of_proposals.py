"""P20: what the database itself refuses of proposals, decisions, withdrawals and what comes of them, whoever asks."""

from datetime import timedelta

import pytest

from tests.support import factories, proposing
from tests.support.attacks import empty, refused, replace, sql
from wallet import proposals
from wallet.models import Conversion, Decision, Opening, Policy, PolicyWithdrawal, Proposal

HOUR = timedelta(hours=1)


@pytest.fixture
def pending(ada, asked):
    proposals.approve(by=ada, proposal=asked.pk)
    return Policy.objects.newest()


def decide(asked, by, outcome="approved", **fields):
    return Decision.objects.create(proposal=asked, created_by=by, outcome=outcome, **fields)


def test_p20_proposals_decisions_and_withdrawals_are_written_once(world, pending, paula):
    """P20: not by the ORM, not by SQL through the application's connection."""
    PolicyWithdrawal.objects.create(policy=pending, created_by=paula, reason="A typo.")
    for model, change in (
        (Proposal, {"reason": "Another."}),
        (Decision, {"outcome": "refused", "reason": "No."}),
        (PolicyWithdrawal, {"reason": "Another."}),
    ):
        table, row = model._meta.db_table, model.objects.get()  # noqa: SLF001  # Django's public way to its name
        by = f"{table} is (written once|never emptied)"
        refused(
            lambda model=model, change=change: model.objects.update(**change),
            lambda table=table: sql(f"UPDATE {table} SET created_by_id = created_by_id"),
            lambda table=table: sql(f"DELETE FROM {table}"),
            lambda table=table, row=row: replace(table, "id", row.pk),
            by=by,
        )
        refused(lambda table=table: empty(table))


def test_p20_another_decides_once_and_in_time(world, paula, ada, asked):
    """P20: the guards go by what is written down."""
    another = "another decides than who proposed"
    refused(lambda: decide(asked, paula), lambda: decide(asked, paula, "refused", reason="No."), by=another)
    refused(lambda: decide(asked, ada, "taken_back"), by=another)
    refused(lambda: decide(asked, ada, "maybe"), by="decision_outcome_is_known")
    refused(lambda: decide(asked, ada, "refused", reason="  "), by="decision_refuses_with_a_reason")
    refused(
        lambda: Decision.objects.create(proposal_id=asked.pk + 1, created_by=ada, outcome="approved"),
        by="a proposal is written before what is decided on it",
    )
    for moment in (asked.created_at - timedelta(seconds=1), asked.lapses_at):
        world.clock.at = moment
        refused(lambda: decide(asked, ada), by="decided on after it was made and before it lapses")
    world.clock.at = asked.lapses_at - timedelta(seconds=1)
    decide(asked, ada)
    refused(lambda: decide(asked, proposing.approver("ben")))


def test_p20_whom_it_concerns_neither_proposes_nor_decides(world, paula, ada):
    fields = {"kind": "resume", "payload": {}, "state": {}, "fingerprint": "x", "reason": "Looked."}
    fields |= {"lapses_at": world.clock() + HOUR, "created_by": paula}
    refused(lambda: Proposal.objects.create(**fields, concerns=paula), by="proposal_is_not_about_oneself")
    made = Proposal.objects.create(**fields, concerns=ada)
    refused(lambda: decide(made, ada), by="whom a proposal concerns has no part in it")


@pytest.mark.parametrize("changes", [{"reason": " "}, {"kind": ""}, {"lapses_at": None}])
def test_a_proposal_says_its_kind_and_why_and_lapses_later(world, paula, changes):
    fields = {"kind": "resume", "payload": {}, "state": {}, "fingerprint": "x", "reason": "Looked."}
    fields |= {"lapses_at": world.clock() + HOUR, "created_by": paula}
    changes = {name: value if value is not None else world.clock() for name, value in changes.items()}
    refused(lambda: Proposal.objects.create(**{**fields, **changes}), by="proposal_")


def test_p20_what_says_that_it_was_proposed_was_approved(world, paula, ada, asked):
    """P20: of its own kind, signed by who proposed it, once."""
    later = {"effective_from": world.clock() + HOUR, "proposal": asked, "created_by": paula}
    refused(lambda: factories.policy(**later), by="a policy version that was proposed was approved")
    refused(lambda: factories.policy(proposal=asked, created_by=paula), by="policy_proposed_has_its_time")
    proposals.approve(by=ada, proposal=asked.pk)
    refused(lambda: factories.policy(**{**later, "effective_from": world.clock() + 3 * HOUR}))  # a second effect
    opened = {"is_open": True, "proposal": asked, "created_by": paula}
    refused(lambda: Opening.objects.create(**opened), by="an opening that was proposed was approved")
    closed = {"is_open": False, "notice": "We look.", "proposal": asked, "created_by": paula}
    refused(lambda: Opening.objects.create(**closed), by="opening_proposed_opens")
    other = proposing.proposed(paula, world.clock(), after=4 * HOUR, fee_percent="2")
    decide(other, ada, "refused", reason="No.")
    later = {"effective_from": world.clock() + 4 * HOUR, "proposal": other, "created_by": paula}
    refused(lambda: factories.policy(**later), by="a policy version that was proposed was approved")
    third = proposing.proposed(paula, world.clock(), after=4 * HOUR, fee_percent="3")
    decide(third, ada)
    for signed in (ada, None):
        later = {"effective_from": world.clock() + 4 * HOUR, "proposal": third, "created_by": signed}
        refused(lambda later=later: factories.policy(**later), by="a policy version that was proposed was approved")


def test_p20_versions_take_effect_in_their_order_and_later_than_they_are_written(world, pending):
    order = "policy versions take effect in the order in which they were written"
    refused(
        lambda: factories.policy(effective_from=pending.effective_from),
        lambda: factories.policy(effective_from=pending.effective_from - timedelta(seconds=1)),
        factories.policy,
        by=order,
    )
    refused(lambda: factories.policy(effective_from=world.clock()), by="policy_takes_effect_later")
    factories.policy(effective_from=pending.effective_from + timedelta(seconds=1))


def test_p20_what_was_withdrawn_stands_in_nobodys_way(world, pending, ada):
    PolicyWithdrawal.objects.create(policy=pending, created_by=ada, reason="A typo.")
    factories.policy()


def test_p20_a_version_is_withdrawn_before_its_time_once_and_with_a_reason(world, pending, ada):
    late = "a policy version is withdrawn before it takes effect"
    refused(lambda: PolicyWithdrawal.objects.create(policy=world.policy, created_by=ada, reason="Old."), by=late)
    refused(lambda: PolicyWithdrawal.objects.create(policy_id=pending.pk + 1, created_by=ada, reason="Old."), by=late)
    refused(
        lambda: PolicyWithdrawal.objects.create(policy=pending, created_by=ada, reason="  "),
        by="policy_withdrawal_has_a_reason",
    )
    world.clock.at = pending.effective_from
    refused(lambda: PolicyWithdrawal.objects.create(policy=pending, created_by=ada, reason="Late."), by=late)
    world.clock.tick(seconds=-1)
    PolicyWithdrawal.objects.create(policy=pending, created_by=ada, reason="A typo.")
    refused(lambda: PolicyWithdrawal.objects.create(policy=pending, created_by=ada, reason="Twice."))


def copy_of(quote, policy, quoted_at):
    copy = Conversion.objects.get(pk=quote.pk)
    copy.pk, copy.reference, copy.policy, copy.quoted_at = None, "CV-AAAA-AAAA", policy, quoted_at
    copy.save(force_insert=True)


def test_p20_no_quote_is_judged_by_a_version_before_its_time_or_one_that_was_withdrawn(world, pending, ada):
    quote, before = world.quoted("DOGE"), "judged by a policy version that was in effect"
    moment = pending.effective_from
    refused(lambda: copy_of(quote, pending, moment - timedelta(milliseconds=1)), by=before)
    with_it = Conversion.objects.filter(pk=quote.pk)
    refused(lambda: with_it.update(policy=pending))
    PolicyWithdrawal.objects.create(policy=pending, created_by=ada, reason="A typo.")
    refused(lambda: copy_of(quote, pending, moment + HOUR), by=before)
    second = factories.policy(effective_from=moment)
    copy_of(quote, second, moment)
