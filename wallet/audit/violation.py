from collections.abc import Iterator
from typing import NamedTuple

from django.db import DatabaseError, OperationalError


class Violation(NamedTuple):
    """One broken promise, or rule of the article: its number, the row that breaks it, and how."""

    promise: str
    row: str
    problem: str


def without_fault(found: Iterator[Violation], *, promise: str, row: str) -> Iterator[Violation]:
    """What was found, and instead of a fault one violation more: whatever a row holds, the audit goes on after it.

    A database that does not answer is no row's doing, and raises.
    """
    try:
        yield from found
    except Exception as fault:
        if isinstance(fault, DatabaseError) and not _is_of_a_row(fault):
            raise
        yield Violation(promise, row, f"cannot be judged: {type(fault).__name__}: {str(fault)[:200]}")


def _is_of_a_row(fault: DatabaseError) -> bool:
    """Whether a row holds bytes that are no text, which SQLite takes; Python says so as it says that a disk is away."""
    return isinstance(fault, OperationalError) and "decode to UTF-8" in str(fault)
