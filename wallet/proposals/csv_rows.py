"""The rows of a file of movements: reference, user, asset, amount, and if wanted kind and evidence. Asks no database."""

from dataclasses import dataclass

from wallet.csv_table import Problems, Table

KINDS = ("deposit", "withdrawal", "correction up", "correction down")
TABLE = Table(
    columns=("reference", "user", "asset", "amount"),
    optional=("kind", "evidence"),
    most=2_000,
    most_bytes=500_000,
    longest={"reference": 80, "user": 150, "asset": 16, "amount": 81, "kind": 20, "evidence": 500},
)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row as it is written, with its number as a spreadsheet counts: the header is row 1."""

    number: int
    reference: str
    user: str
    asset: str
    amount: str
    kind: str = KINDS[0]
    evidence: str = ""


def read(content: bytes) -> list[CsvRow]:
    """The file's rows in their order. Raises FileRefused with a sentence for each thing that is wrong."""
    rows, problems = TABLE.read(content), Problems()
    for row in rows:
        kind = row.cells.get("kind", "")
        if kind and kind not in KINDS:
            problems.add(row.number, "kind", f"“{kind}” is none of {', '.join(KINDS)}.")
    problems.refuse()
    return [CsvRow(row.number, **{name: cell for name, cell in row.cells.items() if cell}) for row in rows]
