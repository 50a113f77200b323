"""P20: many at once, and broken at each statement, on the real transactions of the database that the suite runs on."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.support import proposing
from tests.support.together import together
from wallet import proposals
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.models import Decision, Policy, PolicyWithdrawal
from wallet.proposals import Declined

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 20  # of whom some are told that the database is busy, where the machine is


@pytest.fixture
def approvers(transactional_db):
    return [proposing.approver(f"ada{number}") for number in range(MANY)]


def test_p20_twenty_approvers_at_once_have_one_effect(approvers):
    """P20: one decision, one version; everybody else reads who was first."""
    asked = proposing.proposed(proposing.proposer(), clock.now())
    found = together(*[lambda by=by: proposals.approve(by=by, proposal=asked.pk) for by in approvers])
    assert [type(one) for one in found].count(Decision) == 1
    assert {str(one).split(" ", 1)[1][:24] for one in found if isinstance(one, Declined)} == {
        "decided on this already:"
    }
    assert {type(one) for one in found} <= {Decision, Declined, Busy}
    assert (Decision.objects.count(), Policy.objects.count()) == (1, 2)


def test_p20_approvals_and_refusals_at_once_are_one_decision(approvers):
    asked = proposing.proposed(proposing.proposer(), clock.now())
    works = [
        lambda by=by, verb=verb: verb(by=by, proposal=asked.pk, reason="Looked.")
        for by, verb in zip(approvers[:8], [proposals.approve, proposals.refuse] * 4, strict=True)
    ]
    (decision,) = [one for one in together(*works) if isinstance(one, Decision)]
    assert Policy.objects.count() == (2 if decision.outcome == "approved" else 1)


def test_p20_of_two_proposals_from_the_same_state_one_is_approved(approvers):
    """P20: the second was made from figures that are not the newest any more."""
    paula = proposing.proposer()
    both = [
        proposing.proposed(paula, clock.now(), after=timedelta(hours=hours), fee_percent=str(hours)) for hours in (1, 2)
    ]
    works = [
        lambda by=by, one=one: proposals.approve(by=by, proposal=one.pk)
        for by, one in zip(approvers[:8], both * 4, strict=True)
    ]
    found = together(*works)
    assert [type(one) for one in found].count(Decision) == 1
    assert {type(one) for one in found} <= {Decision, Declined, Busy}
    assert Policy.objects.count() == 2


def test_a_version_is_withdrawn_once(approvers):
    proposals.approve(by=approvers[0], proposal=proposing.proposed(proposing.proposer(), clock.now()).pk)
    pending = Policy.objects.newest()
    people = [proposing.staff(f"wanda{number}", "withdraw_policy") for number in range(6)]
    found = together(*[lambda by=by: proposals.withdraw(by=by, policy=pending.pk, reason="A typo.") for by in people])
    assert [type(one) for one in found].count(PolicyWithdrawal) == 1
    assert {type(one) for one in found} <= {PolicyWithdrawal, Declined, Busy}


class Broken(Exception):
    pass


def test_p20_an_approval_that_breaks_at_any_statement_leaves_nothing(approvers):
    """P20: nothing of it or all of it, and all of it once; whatever broke, the next approval works."""
    asked = proposing.proposed(proposing.proposer(), clock.now())
    before = Decision.objects.count(), Policy.objects.count()
    number = 0
    while True:
        number += 1
        seen = iter(range(1, 1_000))

        def fail(execute, *args, at=number, seen=seen):
            if next(seen) == at:
                raise Broken
            return execute(*args)

        try:
            with connection.execute_wrapper(fail):
                proposals.approve(by=approvers[0], proposal=asked.pk)
        except Broken:
            assert (Decision.objects.count(), Policy.objects.count()) == before
        else:
            break
    assert number > 8  # it broke at each of these statements before
    assert (Decision.objects.count(), Policy.objects.count()) == (before[0] + 1, before[1] + 1)
