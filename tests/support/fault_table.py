"""The table of docs/decisions/faults.md: what comes of each fault at each moment. The tests compare it, or write it."""

import os

from tests.support.faulty_site import ON_BOTH, ON_ONE, ON_THE_WIRE, Outcome
from tests.support.root import ROOT

TABLE = ROOT / "docs" / "decisions" / "faults.md"
BEFORE, AFTER = "before the quote", "between Confirm and settlement"
HEAD = ("what is wrong", BEFORE, "paid ÷ fair", AFTER, "paid ÷ fair")
NAMES = [*ON_THE_WIRE, *ON_ONE, *ON_BOTH]
# FAULTS=write .venv/bin/pytest tests/market/test_faults.py: what was decided anew is written down.
IS_WRITING = os.environ.get("FAULTS") == "write"

Cells = tuple[str, str]


def told(name: str, moment: str, outcome: Outcome) -> tuple[Cells, Cells]:
    """What the table says of a fault at a moment, and what it should say."""
    found = outcome.reads or "It is converted.", "nothing" if outcome.paid is None else f"{float(outcome.paid):.4f}"
    rows = _rows()
    row = rows.setdefault(name, {BEFORE: ("", ""), AFTER: ("", "")})
    if IS_WRITING:
        row[moment] = found
        _write(rows)
    return row[moment], found


def names() -> list[str]:
    """The faults that it tells of."""
    return list(_rows())


def _rows() -> dict[str, dict[str, Cells]]:
    found = {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("| ") and not line.startswith(f"| {HEAD[0]} "):
            name, before, paid, after, paid_after = (cell.strip() for cell in line.strip("|").split("|"))
            found[name] = {BEFORE: (before, paid), AFTER: (after, paid_after)}
    return found


def _write(rows: dict[str, dict[str, Cells]]) -> None:
    text = TABLE.read_text().partition(f"| {HEAD[0]} ")[0]
    lines = [HEAD, *((name, *rows[name][BEFORE], *rows[name][AFTER]) for name in NAMES if name in rows)]
    made = [f"| {' | '.join(line)} |" for line in lines]
    made.insert(1, "|---" * len(HEAD) + "|")
    TABLE.write_text(text + "\n".join(made) + "\n")
