"""Both sides write the same rows: asked before anything is timed, because otherwise their times say nothing."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models

from wallet.audit import audit
from wallet.bench import customers, market, ways
from wallet.bench.errors import BenchError
from wallet.bench.processes import FLOOR, ROUND, SINGLE, Job
from wallet.market import rounds
from wallet.models import Account, Conversion, Customer, Entry, Line, Price, Transaction

CONVERSIONS = 25
LINES = (1, 5, 20)
# The amounts are the same in every run, and have many digits to round.
CHANCE = 20_251_125
# What each conversion has of its own: ids, the names made up for it, and the moments.
OWN = {"id", "user", "account", "conversion", "transaction", "reference"}
OWN |= {"quoted_at", "confirmed_at", "finished_at", "posted_at"}
KEPT: tuple[type[models.Model], ...] = (Customer, Account, Transaction, Entry, Conversion, Line, Price)


def prove() -> None:
    """Converts the same 25 by the floor, by the product one at a time and in rounds. Raises BenchError: they differ."""
    quotes = _quotes()
    made = {way: [customers.confirmed(quote, 1)[0] for quote in quotes] for way in (FLOOR, SINGLE, ROUND)}
    rounds.refresh()
    for way, references in made.items():  # the round comes last: it takes all that are left
        ways.run(Job(way, references))
    for way in (SINGLE, ROUND):
        for reference, floors in zip(made[way], made[FLOOR], strict=True):
            _compare(way, _written(reference), _written(floors))
    _add_up()
    before = _everything()
    for way, references in made.items():
        ways.run(Job(way, references))
    if _everything() != before:
        raise BenchError("Settling again changed something.")
    violations = [f"{found.promise} {found.row}: {found.problem}" for found in audit()]
    if violations:
        raise BenchError("\n".join(["The audit finds something.", *violations[:10]]))


def _quotes() -> list[Conversion]:
    """25 quotes with these lines in turn, the first half of them with a fee."""
    chance = random.Random(CHANCE)  # noqa: S311  # no secret
    half = CONVERSIONS // 2
    found = []
    for fee, numbers in ((market.FEE, range(half)), (market.NO_FEE, range(half, CONVERSIONS))):
        market.set_fee(fee)
        found += [market.quote(f"quote {number}", LINES[number % len(LINES)], chance) for number in numbers]
    return found


def _compare(way: str, ours: Counter[str], floors: Counter[str]) -> None:
    if ours != floors:
        more, less = list((ours - floors).elements()), list((floors - ours).elements())
        raise BenchError("\n".join([f"The way “{way}” and the floor write other rows.", *more, "The floor:", *less]))


def _written(reference: str) -> Counter[str]:
    """What a conversion has left in every table, but for what is its own."""
    conversion = Conversion.objects.select_related("transaction", "user__customer").get(reference=reference)
    posted, customer = conversion.transaction, conversion.user.customer
    found = [_row(conversion), *(_row(line) for line in conversion.lines.all())]
    if posted is not None:
        entries = posted.entries.select_related("account__asset", "account__user")
        found += [_row(posted), *(f"{_owner(entry.account)} {_row(entry)}" for entry in entries)]
        found += [f"posted as {posted.reference == reference}, at its end {posted.posted_at == conversion.finished_at}"]
    found += [_row(account) for account in Account.objects.customers().filter(user=conversion.user)]
    found += [f"last converted at its end {customer.last_converted_at == conversion.finished_at}"]
    return Counter(found)


def _owner(account: Account) -> str:
    return f"{account.kind} {account.asset}"


def _row(row: models.Model) -> str:
    values = [f"{name}={value}" for name, value in _values(row).items() if name not in OWN]
    return f"{row._meta.model_name}: {' '.join(values)}"


def _values(row: models.Model) -> Mapping[str, Any]:
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}


def _everything() -> list[Mapping[str, Any]]:
    """Every row that a settlement could change, as it is."""
    return [_values(row) for model in KEPT for row in model._default_manager.order_by("pk")]


def _add_up() -> None:
    """Every asset's entries add up to zero."""
    sums: Counter[str] = Counter()
    entries: Iterator[tuple[str, int]] = Entry.objects.values_list("account__asset__code", "units").iterator()
    for code, units in entries:
        sums[code] += units
    wrong = [f"{code}: {units}" for code, units in sums.items() if units]
    if wrong:
        raise BenchError("\n".join(["The entries do not add up to zero.", *wrong]))
