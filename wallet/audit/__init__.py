"""Checks every promise that the stored rows can break, in one snapshot and in constant memory, while the site runs.

The ledger against itself (P1–P3), conversions against the ledger (P4, P7), and each completed conversion against the rules
that it was judged by (P5, P8–P11, R8), worked out again from the market's own prices; what ended without converting has its
reasons (P6). What operators moved was approved (P20). Whatever a row holds, the audit tells of it and goes on behind it.
"""

from collections.abc import Iterator

from wallet.audit import conversions, guards, ledger, movements, unconverted, waits
from wallet.audit.violation import Violation, without_fault
from wallet.database.snapshot import snapshot

CHECKS = (
    guards.guards_stand,
    ledger.entries_add_up,
    ledger.transactions_have_entries,
    ledger.entries_belong_to_a_transaction,
    ledger.balances_are_their_entries,
    ledger.balances_have_entries,
    ledger.balances_are_not_negative,
    ledger.house_balances_are_their_entries,
    movements.movements_were_approved,
    movements.reversals_are_of_a_deposit,
    movements.approved_proposals_moved,
    conversions.postings_belong_to_a_conversion,
    conversions.completed_ones_are_as_they_must_be,
    conversions.posted_ones_are_completed,
    unconverted.ended_ones_have_their_reasons,
    unconverted.ended_ones_converted_nothing,
    unconverted.each_has_a_state_that_there_is,
    waits.conversions_are_in_time,
    waits.conversions_keep_their_distance,
    waits.nobody_waits_for_nothing,
)


def audit() -> Iterator[Violation]:
    """Every violation there is; none when the ledger keeps its promises. Read it to the end: it holds a snapshot."""
    with snapshot():
        for check in CHECKS:
            # A check tells by itself of what cannot be read; one that ends over something else is told of as well.
            yield from without_fault(check(), promise="P14", row=check.__name__.replace("_", " "))


__all__ = ["Violation", "audit"]
