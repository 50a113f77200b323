from typing import NamedTuple


class Violation(NamedTuple):
    """One broken promise: its number, the row that breaks it, and how."""

    promise: str
    row: str
    problem: str
