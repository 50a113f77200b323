from collections.abc import Iterator
from typing import NamedTuple

from django.db import DatabaseError


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
    except DatabaseError:
        raise
    except Exception as fault:  # noqa: BLE001  # rows that nobody foresaw are what this is for
        yield Violation(promise, row, f"cannot be judged: {type(fault).__name__}: {str(fault)[:200]}")
