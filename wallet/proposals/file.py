"""A file of movements, proposed and approved as one: checked whole first, posted whole, once, or not at all (P14, P20)."""

import base64
import binascii
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from wallet import money
from wallet.csv_table import Problems
from wallet.database import clock
from wallet.models import Account, Asset, Decision, Proposal, Transaction
from wallet.proposals import csv_rows, orders, reading
from wallet.proposals.csv_rows import CsvRow
from wallet.proposals.kinds import Kind, Payload, Row, State, fingerprint, register
from wallet.proposals.orders import Order

SHOWN = 10
# What each kind of row is in the ledger, and whether the customer gets or loses by it.
MEANS = {
    "deposit": (Transaction.Kind.DEPOSIT, 1),
    "withdrawal": (Transaction.Kind.WITHDRAWAL, -1),
    "correction up": (Transaction.Kind.CORRECTION, 1),
    "correction down": (Transaction.Kind.CORRECTION, -1),
}


def packed(content: bytes) -> str:
    """The file, byte for byte, as a payload and a form's field have it."""
    return base64.b64encode(content).decode()


def unpacked(payload: Payload) -> bytes:
    """Raises ValidationError, under `file`, for none."""
    try:
        content = base64.b64decode(payload.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise ValidationError({"file": ["Choose a file that has something in it."]})
    return content


@register
class MovementFile(Kind):
    """Deposits, and withdrawals and corrections where it has a column `kind`. What it says is bound to no balance."""

    kind = Proposal.Kind.FILE
    needs_evidence = True

    def clean(self, payload: Payload, at: datetime) -> Payload:
        content = unpacked(payload)
        checked(csv_rows.read(content))
        return {"content": packed(content)}

    def state(self, payload: Payload) -> State:
        return {"sha256": hashlib.sha256(unpacked(payload)).hexdigest()}

    def twin(self, payload: Payload) -> Proposal | None:
        same = Proposal.objects.filter(kind=self.kind, fingerprint=fingerprint(self.state(payload)))
        waits = same.waiting(clock.now())
        return (waits | same.filter(decision__outcome=Decision.Outcome.APPROVED)).order_by("pk").first()

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        orders.post(proposal, checked(csv_rows.read(unpacked(payload))))

    def told(self, payload: Payload) -> Payload:
        content = unpacked(payload)
        return {"sha256": hashlib.sha256(content).hexdigest(), "rows": str(len(csv_rows.read(content)))}

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        rows = csv_rows.read(unpacked(payload))
        facts = {"SHA-256 of the file": now["sha256"], "Rows": f"{len(rows):,}"} | totals(rows)
        return [Row(name, told, told, told) for name, told in facts.items()]

    def examples(self, payload: Payload, at: datetime) -> list[str]:
        """The first rows."""
        rows = csv_rows.read(unpacked(payload))
        shown = [
            f"Row {row.number}: {row.kind}, {row.amount} {row.asset}, {row.user}, {row.reference}."
            for row in rows[:SHOWN]
        ]
        return [*shown, f"And {len(rows) - SHOWN:,} more."] if len(rows) > SHOWN else shown


def totals(rows: Sequence[CsvRow]) -> dict[str, str]:
    """Of each kind and asset, how many rows there are and what they add up to, exactly."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = row.kind, row.asset
        sums[key] = money.EXACT.add(sums[key], Decimal(row.amount))
        counts[key] += 1
    return {
        f"{kind[:1].upper()}{kind[1:]}, {code}": f"{counts[kind, code]:,} rows, together {total:f}"
        for (kind, code), total in sorted(sums.items())
    }


def checked(rows: Sequence[CsvRow]) -> list[Order]:
    """The rows as orders, in few queries for any number. Raises FileRefused with what is wrong."""
    users = {one.username: one for one in User.objects.filter(username__in={row.user for row in rows})}
    assets = {one.code: one for one in Asset.objects.filter(code__in={row.asset for row in rows})}
    used = set(orders.used_references((MEANS[row.kind][0], row.reference) for row in rows))
    held = _held(users, assets)
    problems = Problems()
    first: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        order = _order(row, users, assets, problems)
        key = MEANS[row.kind][0], row.reference
        if row.reference in used:
            problems.add(row.number, "reference", f"{row.reference} was posted already.")
        elif key in first:
            problems.add(row.number, "reference", f"{row.reference} stands in row {first[key]} already.")
        elif order:
            whose = order.user.pk, order.asset.pk
            possible = partial(orders.require_possible, held[whose], order.units, order.asset)
            problems.check(row.number, "amount", possible)
            held[whose] += order.units
            found.append(order)
        first.setdefault(key, row.number)
    problems.refuse()
    return found


def _order(row: CsvRow, users: Mapping[str, User], assets: Mapping[str, Asset], problems: Problems) -> Order | None:
    """What a row by itself asks for; None, and told, where it can't be."""
    kind, sign = MEANS[row.kind]
    user = problems.check(row.number, "user", partial(reading.customer, row.user, users.get(row.user)))
    known = partial(reading.asset, row.asset, assets.get(row.asset), is_given=sign > 0)
    asset = problems.check(row.number, "asset", known)
    units = problems.check(row.number, "amount", partial(reading.amount, row.amount, asset)) if asset else None
    if user is None or asset is None or units is None:
        return None
    return Order(row.number, kind, user, asset, sign * units, row.reference, row.evidence)


def _held(users: Mapping[str, User], assets: Mapping[str, Asset]) -> Counter[tuple[int, int]]:
    """What these customers hold of these assets now, in units."""
    accounts = Account.objects.customers().filter(user__in=users.values(), asset__in=assets.values())
    found: Counter[tuple[int, int]] = Counter()
    for user, asset, units in accounts.values_list("user_id", "asset_id", "units"):
        found[user or 0, asset] = units or 0
    return found
