"""The audit finds what operators moved without an approval, as nobody can while the guards stand (P14, P20)."""

import pytest

from tests.support import proposing
from tests.support.tampering import found, undone, without_guards
from wallet import proposals
from wallet.models import StaffMovement, Transaction


@pytest.fixture
def moved(world, tilda, rick):
    for kind in ("deposit", "withdrawal", "correction"):
        proposals.approve(by=rick, proposal=proposing.movement(tilda, kind).pk)
    return world


def test_what_was_approved_is_in_order(moved):
    assert found() == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE wallet_decision SET outcome = 'refused', reason = 'No.'", "has no approved proposal of its kind"),
        ("DELETE FROM wallet_decision", "has no approved proposal of its kind"),
        ("DELETE FROM wallet_staffmovement", "was approved and moved nothing"),
        ("UPDATE wallet_transaction SET kind = 'reversal' WHERE kind = 'withdrawal'", "takes back no deposit"),
    ],
)
def test_p20_what_was_tampered_with_is_told_of(moved, statement, problem):
    """P20: each of them, by its transaction or proposal."""
    with undone():
        without_guards(statement)
        assert ("P20", problem) in found()


def test_p20_a_withdrawal_without_a_proposal_is_told_of_by_its_reference(moved):
    with undone():
        without_guards("UPDATE wallet_transaction SET kind = 'withdrawal' WHERE reference = 'mira-DOGE-100'")
        assert found() == [("P20", "has no approved proposal of its kind")]


def test_p20_a_movement_whose_deposit_says_that_it_takes_one_back_is_told_of(moved):
    first = Transaction.objects.get(reference="mira-EUR-10").pk
    row = StaffMovement.objects.get(transaction__kind="deposit").pk
    quoted = [f"'{pk.hex}'" for pk in (first, row)]
    with undone():
        without_guards(f"UPDATE wallet_staffmovement SET reverses_id = {quoted[0]} WHERE transaction_id = {quoted[1]}")
        assert found() == [("P20", "is no reversal, and says that it takes a deposit back")]
