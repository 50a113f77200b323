"""What operators moved, against what was proposed and approved (P14, P20)."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from wallet.audit import rows
from wallet.audit.violation import Violation
from wallet.models import Decision, Proposal, StaffMovement, Transaction

Kind = Transaction.Kind
# What only operators do; a deposit may come from elsewhere.
OPERATORS = (Kind.WITHDRAWAL, Kind.REVERSAL, Kind.CORRECTION, Kind.BOOKING)
MONEY = (
    Proposal.Kind.DEPOSIT,
    Proposal.Kind.WITHDRAWAL,
    Proposal.Kind.REVERSAL,
    Proposal.Kind.CORRECTION,
    Proposal.Kind.FILE,
    Proposal.Kind.BOOKING,
)


def movements_were_approved() -> Iterator[Violation]:
    """P20: no withdrawal, reversal, correction or booking is without the approved proposal of its kind, or of a file."""
    told = StaffMovement.objects.filter(transaction=OuterRef("pk"))
    fit = told.filter(Q(proposal__kind=OuterRef("kind")) | Q(proposal__kind=Proposal.Kind.FILE))
    right = fit.filter(proposal__decision__outcome=Decision.Outcome.APPROVED)
    found = Transaction.objects.filter(Q(kind__in=OPERATORS) | Exists(told)).exclude(Exists(right))
    yield from _transactions(found, "has no approved proposal of its kind")


def reversals_are_of_a_deposit() -> Iterator[Violation]:
    """P14: a reversal says which deposit it takes back, and nothing else does."""
    deposits = StaffMovement.objects.filter(transaction=OuterRef("pk"), reverses__kind=Kind.DEPOSIT)
    yield from _transactions(
        Transaction.objects.filter(kind=Kind.REVERSAL).exclude(Exists(deposits)), "takes back no deposit"
    )
    others = Transaction.objects.exclude(kind=Kind.REVERSAL).filter(movement__reverses__isnull=False)
    yield from _transactions(others, "is no reversal, and says that it takes a deposit back")


def approved_proposals_moved() -> Iterator[Violation]:
    """P20: what was approved has had its effect, and what is told of was posted."""
    moved = StaffMovement.objects.filter(proposal=OuterRef("pk"))
    without = Proposal.objects.filter(kind__in=MONEY, decision__outcome=Decision.Outcome.APPROVED)
    for pk in rows.values(without.exclude(Exists(moved)).order_by("pk"), "pk"):
        yield Violation("P20", f"proposal {pk}", "was approved and moved nothing")
    posted = Transaction.objects.filter(pk=OuterRef("transaction_id"))
    for pk in rows.values(StaffMovement.objects.exclude(Exists(posted)).order_by("pk"), "transaction_id"):
        yield Violation("P20", f"movement {pk}", "its transaction is gone")


def _transactions(found: QuerySet[Transaction], problem: str) -> Iterator[Violation]:
    return rows.named(found, promise="P20", name="transaction", problem=problem)
