"""Money that operators move: by two of them, once, and as the customer's history says (P14, P20)."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum

from tests.support import factories, proposing
from tests.support.tampering import found
from wallet import proposals
from wallet.models import Account, Asset, Entry, Proposal, StaffMovement, Transaction
from wallet.proposals import Declined

DOGE = 10**6


def problems(by, kind, **changes):
    with pytest.raises(ValidationError) as caught:
        proposing.movement(by, kind, **changes)
    assert not Proposal.objects.exists()
    return caught.value.message_dict


def house(kind, code="DOGE"):
    entries = Entry.objects.filter(account__kind=kind, account__asset__code=code)
    return entries.aggregate(total=Sum("units"))["total"] or 0


@pytest.mark.parametrize(
    ("kind", "changes", "after", "outside", "treasury"),
    [
        ("deposit", {}, "112.5", "-112.5", "0"),
        ("withdrawal", {}, "60", "-60", "0"),
        ("correction", {}, "97", "-100", "3"),
        ("correction", {"direction": "up"}, "103", "-100", "-3"),
        ("reversal", {}, "0", "0", "0"),
    ],
)
def test_p20_one_proposes_another_approves_and_it_moves_once(
    world, tilda, rick, kind, changes, after, outside, treasury
):
    """P14, P20: with its operator, reason and evidence; the treasury pays for corrections only."""
    asked = proposing.movement(tilda, kind, **changes)
    assert factories.balance(world.user, "DOGE") == 100 * DOGE
    with pytest.raises(Declined, match="proposed this yourself"):
        proposals.approve(by=tilda, proposal=asked.pk)
    proposals.approve(by=rick, proposal=asked.pk)
    with pytest.raises(Declined, match="decided on this already"):
        proposals.approve(by=rick, proposal=asked.pk)
    units = [int(float(amount) * DOGE) for amount in (after, outside, treasury)]
    assert [factories.balance(world.user, "DOGE"), house("outside"), house("treasury")] == units
    moved = StaffMovement.objects.get()
    assert (moved.proposal, moved.created_by, moved.reason, moved.evidence) == (asked, tilda, "A slip.", "T-1")
    assert moved.transaction.kind == kind
    assert found() == []


@pytest.mark.parametrize("kind", ["deposit", "withdrawal", "correction", "reversal"])
@pytest.mark.parametrize("evidence", ["", "   "])
def test_without_evidence_nothing_is_proposed(world, tilda, kind, evidence):
    with pytest.raises(ValidationError, match="Say what shows that it is right"):
        proposals.propose(by=tilda, kind=kind, payload=proposing.MOVEMENTS[kind], reason="A slip.", evidence=evidence)


AMOUNTS = [
    "",
    "0",
    "-1",
    "+1",
    "1_000",
    "１２",
    "1e5",
    "-0",
    "NaN",
    "1,5",
    "1.0000001",
    "=1+1",
    "1\0",
    "99999999999999999999",
]


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("kind", ["deposit", "withdrawal", "correction"])
def test_amounts_are_plain_digits_of_the_assets_scale(world, tilda, kind, amount):
    assert list(problems(tilda, kind, amount=amount)) == ["amount"]


@pytest.mark.parametrize("kind", ["deposit", "withdrawal", "correction"])
def test_customers_and_assets_are_those_that_there_are(world, tilda, kind):
    factories.user("gone", is_active=False)
    assert problems(tilda, kind, user="nobody") == {"user": ["There is no user “nobody”."]}
    assert problems(tilda, kind, user="gone") == {"user": ["gone is not active."]}
    assert problems(tilda, kind, user="tilda") == {"user": ["tilda is staff, and staff hold no balances."]}
    assert problems(tilda, kind, asset="NONE") == {"asset": ["There is no asset “NONE”."]}


def test_of_what_is_delisted_nobody_gets_any_and_everybody_gets_rid(world, tilda, rick):
    Asset.objects.filter(code="DOGE").update(status="delisted")
    said = {"asset": ["DOGE is delisted: nobody gets any of it."]}
    assert problems(tilda, "deposit") == problems(tilda, "correction", direction="up") == said
    proposals.approve(by=rick, proposal=proposing.movement(tilda, "withdrawal").pk)
    assert factories.balance(world.user, "DOGE") == 60 * DOGE


@pytest.mark.parametrize("kind", ["withdrawal", "correction"])
def test_nothing_goes_below_zero(world, tilda, kind):
    said = {"amount": ["The balance is 100.000000 DOGE: it would go below zero."]}
    assert problems(tilda, kind, amount="100.000001") == said


def test_p20_a_correction_is_of_the_balance_that_it_was_made_from(world, tilda, rick):
    """P20: the others are not: what came or went outside did so."""
    corrected, withdrawn = proposing.movement(tilda, "correction"), proposing.movement(tilda, "withdrawal")
    factories.deposit(world.user, "DOGE", "1")
    with pytest.raises(Declined, match="Things have changed since this was proposed"):
        proposals.approve(by=rick, proposal=corrected.pk)
    proposals.approve(by=rick, proposal=withdrawn.pk)
    assert factories.balance(world.user, "DOGE") == 61 * DOGE


@pytest.mark.parametrize("kind", ["withdrawal", "reversal"])
def test_an_approval_that_the_balance_does_not_cover_any_more_is_refused(world, tilda, rick, kind):
    asked = proposing.movement(tilda, kind)
    world.settled("DOGE")
    with pytest.raises(Declined, match=r"The balance is 0\.000000 DOGE: it would go below zero"):
        proposals.approve(by=rick, proposal=asked.pk)
    assert not StaffMovement.objects.exists()


def test_a_reference_stands_for_one_deposit(world, tilda, rick):
    first, second = proposing.movement(tilda, "deposit"), proposing.movement(tilda, "deposit", amount="1")
    proposals.approve(by=rick, proposal=first.pk)
    with pytest.raises(Declined, match="The reference bank-1 stands for another deposit already"):
        proposals.approve(by=rick, proposal=second.pk)
    with pytest.raises(ValidationError, match="stands for another deposit already"):
        proposing.movement(tilda, "deposit", amount="2")


def test_p14_a_deposit_is_reversed_once(world, tilda, rick):
    both = [proposing.movement(tilda, "reversal") for _ in range(2)]
    proposals.approve(by=rick, proposal=both[0].pk)
    factories.deposit(world.user, "DOGE", "200")
    with pytest.raises(Declined, match="was reversed already"):
        proposals.approve(by=rick, proposal=both[1].pk)
    reversal = Transaction.objects.get(kind="reversal")
    assert reversal.movement.reverses.reference == reversal.reference == "mira-DOGE-100"


@pytest.mark.parametrize("deposit", ["", "nothing", "bank\0"])
def test_what_is_no_deposit_is_not_reversed(world, tilda, deposit):
    assert list(problems(tilda, "reversal", deposit=deposit)) == ["deposit"]


def test_a_deposit_of_an_account_that_was_locked_is_reversed(world, tilda, rick):
    world.user.is_active = False
    world.user.save()
    proposals.approve(by=rick, proposal=proposing.movement(tilda, "reversal").pk)
    assert factories.balance(world.user, "DOGE") == 0


def test_a_deposit_opens_the_account_that_it_needs(world, tilda, rick):
    new = factories.user("new")
    proposals.approve(by=rick, proposal=proposing.movement(tilda, "deposit", user="new", asset="EUR", amount="1.5").pk)
    assert factories.balances(new) == {"EUR": 150}
    assert Account.objects.get(user=new).sequence == 1


def test_p20_whom_it_concerns_has_no_part_in_it(world, tilda):
    """P20: an operator who was the customer then."""
    asked = proposing.movement(tilda, "correction")
    assert asked.concerns == world.user
    world.user.is_staff = True
    world.user.save()
    world.user.user_permissions.set(
        proposing.staff("x", "decide_correction", "propose_correction").user_permissions.all()
    )
    with pytest.raises(Declined, match="This concerns yourself"):
        proposals.approve(by=world.user, proposal=asked.pk)


@pytest.mark.parametrize("role", ["viewer", "support", "risk", "administrator"])
@pytest.mark.parametrize("kind", ["deposit", "withdrawal", "correction", "reversal"])
def test_only_treasury_proposes_what_moves_money(world, role, kind):
    with pytest.raises(Declined, match="no right to propose"):
        proposing.movement(factories.staff(role), kind)


def test_p20_what_would_be_read_otherwise_than_it_was_proposed_is_not_approved(world, tilda, rick):
    """P20: the asset has come to keep other decimals meanwhile, which it may while it has no entries."""
    new = factories.asset("NEW")
    asked = proposing.movement(tilda, "deposit", asset="NEW", amount="0.5")
    Asset.objects.filter(pk=new.pk).update(scale=4)
    with pytest.raises(Declined, match="no longer be read as it was proposed"):
        proposals.approve(by=rick, proposal=asked.pk)
    assert not StaffMovement.objects.exists()
    again = proposing.movement(tilda, "deposit", asset="NEW", amount="0.5")
    proposals.approve(by=rick, proposal=again.pk)
    assert factories.balance(world.user, "NEW") == 5_000
