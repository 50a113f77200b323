"""Assets from CSV files, checked whole before anything is done with them.

New ones have a row `code,name,scale,status` each; those that are there already, and are to be paused or delisted, a `code`.
"""

import re
from collections.abc import Mapping
from functools import partial

from django.core.exceptions import ValidationError

from wallet import money
from wallet.csv_table import Problems, Row, Table
from wallet.models import Asset

# So many assets are named at once.
MOST = 500
COLUMNS = ("code", "name", "scale", "status")
TABLE = Table(COLUMNS)
NAMED = Table(("code",), most=MOST)
STATUSES = (Asset.Status.LISTED.value, Asset.Status.UNLISTED.value)
_WHOLE = re.compile(r"\A[0-9]{1,2}\Z")


def assets(content: bytes) -> list[Asset]:
    """The file's assets, unsaved. Raises FileRefused with every problem, by row and column.

    Statuses are listed and unlisted: what is delisted is so for a reason, and by its own page.
    """
    rows = TABLE.read(content)
    problems = Problems()
    _check_codes(rows, problems, are_new=True)
    found = []
    for row in rows:
        asset = Asset(
            code=row.cells["code"],
            name=row.cells["name"],
            scale=problems.check(row.number, "scale", partial(_scale, row.cells["scale"])) or 0,
            status=problems.check(row.number, "status", partial(_status, row.cells["status"])) or Asset.Status.LISTED,
        )
        _check(problems, row, asset)
        found.append(asset)
    problems.refuse()
    return found


def named(content: bytes) -> list[str]:
    """The codes of assets that a file names, in order. Raises FileRefused with every problem, by row and column."""
    rows = NAMED.read(content)
    problems = Problems()
    _check_codes(rows, problems, are_new=False)
    problems.refuse()
    return [row.cells["code"] for row in rows]


def _check_codes(rows: list[Row], problems: Problems, *, are_new: bool) -> None:
    """Each code stands once, and is that of no asset yet, or of one that there is."""
    known = set(Asset.objects.filter(code__in=[row.cells["code"] for row in rows]).values_list("code", flat=True))
    seen: dict[str, int] = {}
    for row in rows:
        code = row.cells["code"]
        if code in seen:
            problems.add(row.number, "code", f"{code} stands in row {seen[code]} already.")
        elif are_new and code in known:
            problems.add(row.number, "code", f"there is an asset {code} already.")
        elif not are_new and code not in known:
            problems.add(row.number, "code", f"there is no asset “{code[:20]}”.")
        seen.setdefault(code, row.number)


def _check(problems: Problems, row: Row, asset: Asset) -> None:
    """What the model says of code and name, and of all of it together."""
    for name in ("code", "name"):
        problems.check(row.number, name, partial(asset._meta.get_field(name).clean, row.cells[name], asset))  # type: ignore[union-attr]  # noqa: SLF001
    wrong = _of_core(asset, row.cells)
    if wrong:
        problems.add(row.number, *wrong)


def _of_core(asset: Asset, cells: Mapping[str, str]) -> tuple[str, str] | None:
    if asset.code not in ("BTC", "BNB"):
        return None
    if cells["scale"] != str(money.BTC_SCALE):
        return "scale", f"{asset.code} keeps {money.BTC_SCALE} decimal places."
    if cells["status"] != Asset.Status.LISTED:
        return "status", f"{asset.code} stays listed."
    return None


def _scale(text: str) -> int:
    if not _WHOLE.match(text) or not text.isascii() or int(text) > money.MAX_SCALE or text != str(int(text)):
        raise ValidationError(f"“{text[:20]}” is no number of decimal places. Write a whole number from 0 to 18.")
    return int(text)


def _status(text: str) -> str:
    if text not in STATUSES:
        raise ValidationError(f"“{text[:20]}” is no status of a new asset. Write listed or unlisted.")
    return text
