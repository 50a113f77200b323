"""Checks every promise that the stored rows can break, in one snapshot and in constant memory, while the site runs.

The ledger against itself (P1–P3), conversions against the ledger (P4, P7), and each completed conversion against the rules
that it was judged by (P5, P8–P11), worked out again from the market's own prices.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Exists, F, Min, OuterRef, Q

from wallet import ledger, money, validators
from wallet.database.snapshot import snapshot
from wallet.models import Account, Asset, Conversion, Customer, Entry, Line, Policy, Transaction

CHUNK = 2_000


class Violation(NamedTuple):
    """One broken promise: its number, the row that breaks it, and how."""

    promise: str
    row: str
    problem: str


def audit() -> Iterator[Violation]:
    """Every violation there is; none when the ledger keeps its promises. Read it to the end: it holds a snapshot."""
    with snapshot():
        yield from _entries_add_up()
        yield from _entries_belong_to_a_transaction()
        yield from _balances_are_entries()
        yield from _balances_not_negative()
        yield from _house_sums_are_entries()
        yield from _conversions_are_posted()
        yield from _conversions_keep_their_distance()


def _entries_add_up() -> Iterator[Violation]:
    """P1: for every transaction and asset, and so for every asset, the entries add up to zero."""
    rows = Entry.objects.order_by("transaction_id").values_list(
        "transaction_id", "transaction__reference", "account__asset__code", "units"
    )
    totals: Counter[str] = Counter()
    for (_, reference), entries in groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[:2]):
        sums: Counter[str] = Counter()
        for *_, code, units in entries:
            sums[code] += units
        totals.update(sums)
        for code, units in sums.items():
            if units:
                yield Violation("P1", f"transaction {reference}", f"entries of {code} add up to {units}, not 0")
    for code, units in sorted(totals.items()):
        if units:
            yield Violation("P1", f"asset {code}", f"all entries add up to {units}, not 0")
    for record in Transaction.objects.filter(entries__isnull=True).iterator(chunk_size=CHUNK):
        yield Violation("P1", f"transaction {record.reference}", "has no entries")


def _entries_belong_to_a_transaction() -> Iterator[Violation]:
    """P1 and P14: no entry is left without the transaction and the account that the other checks find it by."""
    found = Entry.objects.filter(
        ~Exists(Transaction.objects.filter(pk=OuterRef("transaction_id")))
        | ~Exists(Account.objects.filter(pk=OuterRef("account_id")))
    )
    for pk in found.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK):
        yield Violation("P1", f"entry {pk}", "its transaction or its account is gone")


def _balances_are_entries() -> Iterator[Violation]:
    """P3: every balance is the sum of its entries, each of which says the balance after it and its number."""
    rows = Entry.objects.order_by("account_id", F("sequence").asc(nulls_first=True), "pk").values_list(
        "account_id", "account__kind", "account__units", "account__sequence", "units", "balance_units", "sequence"
    )
    for (pk, kind, balance, count), entries in groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[:4]):
        row = f"account {pk}"
        if kind != Account.Kind.CUSTOMER:
            if any(entry[5] is not None or entry[6] is not None for entry in entries):
                yield Violation("P3", row, "a house account's entry has a balance or a number")
            continue
        running = number = 0
        for *_, units, after, sequence in entries:
            running, number = running + units, number + 1
            if sequence != number:
                yield Violation("P3", row, f"entry {number} has the number {sequence}")
            if after != running:
                yield Violation("P3", row, f"entry {number} says {after}, its entries add up to {running}")
        if balance != running:
            yield Violation("P3", row, f"the balance is {balance}, its entries add up to {running}")
        if count != number:
            yield Violation("P3", row, f"{count} entries are counted, {number} exist")
    unwritten = Account.objects.customers().filter(~Q(units=0) | ~Q(sequence=0), entry__isnull=True)
    for account in unwritten.iterator(chunk_size=CHUNK):
        yield Violation("P3", f"account {account.pk}", f"the balance is {account.units}, and it has no entries")


def _balances_not_negative() -> Iterator[Violation]:
    """P2: no customer's balance is negative."""
    for account in Account.objects.filter(units__lt=0).iterator(chunk_size=CHUNK):
        yield Violation("P2", f"account {account.pk}", f"the balance is {account.units}")


def _house_sums_are_entries() -> Iterator[Violation]:
    """P3 for the house: what is told of its balances is the sum of its entries."""
    accounts = list(Account.objects.house().select_related("asset"))
    told = ledger.house_balances(accounts)
    for account in accounts:
        entries = Entry.objects.filter(account=account).order_by().values_list("units", flat=True)
        held = sum(entries.iterator(chunk_size=CHUNK))
        if told[account.pk] != held:
            problem = f"the balance is told as {told[account.pk]}, its entries add up to {held}"
            yield Violation("P3", f"account {account.pk}", problem)


class Completed(NamedTuple):
    """A line of a completed conversion, with what the whole conversion says beside it."""

    conversion: int
    reference: str
    user: int
    posted_reference: str
    policy: int
    confirmed_at: Any
    finished_at: Any
    posted_at: Any
    gross: int
    fee: int
    net: int
    value: int
    bnb_rate: Any
    bnb_observed_at: Any
    bnb_quoted: Any
    bnb_settled: Any
    asset: int
    code: str
    scale: int
    units: int
    rate: Any
    observed_at: Any
    quoted: Any
    settled: Any
    line_gross: int
    line_fee: int
    line_net: int
    line_value: int


_CONVERSION = ["pk", "reference", "user", "transaction__reference", "policy", "confirmed_at", "finished_at"]
_CONVERSION += ["transaction__posted_at", "gross_units", "fee_units", "net_units", "value_sats", "settled_rate_btc"]
_CONVERSION += ["settled_observed_at", "quoted_legs", "settled_legs"]
_LINE = ["asset", "asset__code", "asset__scale", "units", "settled_rate_btc", "settled_observed_at", "quoted_legs"]
_LINE += ["settled_legs", "gross_units", "fee_units", "net_units", "value_sats"]


class Posted(NamedTuple):
    """An entry of a conversion's transaction."""

    conversion: int | None
    reference: str
    kind: str
    user: int | None
    asset: int
    units: int
    balance: int | None


def _conversions_are_posted() -> Iterator[Violation]:
    """P4 and P7 to P11: the ledger holds what the lines say, once, and the lines are what the rules and prices make them.

    Two streams in the order of the conversions, walked side by side.
    """
    policies = {policy.pk: policy for policy in Policy.objects.all()}
    bnb = Asset.objects.filter(code=validators.BNB).values_list("pk", flat=True).first()
    rows = Line.objects.filter(conversion__status=Conversion.Status.COMPLETED).order_by("conversion_id", "asset_id")
    lines = rows.values_list(*(f"conversion__{name}" for name in _CONVERSION), *_LINE).iterator(chunk_size=CHUNK)
    entries = (
        Entry.objects.filter(transaction__kind=Transaction.Kind.CONVERSION)
        .order_by(F("transaction__conversion__pk").asc(nulls_first=True), "account_id")
        .values_list(
            "transaction__conversion__pk",
            "transaction__reference",
            "account__kind",
            "account__user",
            "account__asset",
            "units",
            "balance_units",
        )
        .iterator(chunk_size=CHUNK)
    )
    posted = groupby((Posted(*row) for row in entries), key=lambda entry: entry.conversion)
    nothing: tuple[int | None, Iterator[Posted]] = (None, iter(()))
    conversion, found = next(posted, nothing)
    if conversion is None:
        for reference in sorted({entry.reference for entry in found}):
            yield Violation("P4", f"transaction {reference}", "belongs to no conversion")
        conversion, found = next(posted, nothing)
    for pk, group in groupby((Completed(*row) for row in lines), key=lambda line: line.conversion):
        every, moved = list(group), []
        while conversion is not None and conversion <= pk:
            moved = list(found) if conversion == pk else []
            conversion, found = next(posted, nothing)
        for promise, problem in _broken(every, moved, policies[every[0].policy], bnb):
            yield Violation(promise, f"conversion {every[0].reference}", problem)
    if Conversion.objects.filter(status=Conversion.Status.COMPLETED, lines__isnull=True).exists():
        yield Violation("P7", "a completed conversion", "has no lines")
    unended = Conversion.objects.filter(transaction__isnull=False).exclude(status=Conversion.Status.COMPLETED)
    for reference in unended.order_by("pk").values_list("reference", flat=True).iterator(chunk_size=CHUNK):
        yield Violation("P7", f"conversion {reference}", "was posted, but is not completed")


def _broken(lines: list[Completed], posted: list[Posted], policy: Policy, bnb: int | None) -> Iterator[tuple[str, str]]:
    """What is wrong with one completed conversion: (promise, problem)."""
    first = lines[0]
    if (first.posted_reference, first.posted_at) != (first.reference, first.finished_at):
        yield "P4", "its ledger transaction has another name or time"
    expected: Counter[tuple[str, int | None, int | None]] = Counter()
    for line in lines:
        expected["customer", line.user, line.asset] -= line.units
        expected["treasury", None, line.asset] += line.units
    expected["customer", first.user, bnb] += first.net
    expected["treasury", None, bnb] -= first.gross
    if first.fee:
        expected["fees", None, bnb] += first.fee
    if {(entry.kind, entry.user, entry.asset): entry.units for entry in posted} != dict(expected):
        yield "P7", "the ledger holds something else than its lines"
    totals = money.total(
        money.Figures(line.line_gross, line.line_fee, line.line_net, line.line_value) for line in lines
    )
    if totals != (first.gross, first.fee, first.net, first.value):
        yield "P11", "its totals are not the sums of its lines"
    yield from _judged(
        validators.BNB,
        rate=first.bnb_rate,
        quoted=first.bnb_quoted,
        settled=first.bnb_settled,
        observed_at=first.bnb_observed_at,
        line=first,
        policy=policy,
    )
    before = {entry.asset: (entry.balance or 0) - entry.units for entry in posted if entry.kind == "customer"}
    for line in lines:
        figures = money.figures(
            units=line.units,
            scale=line.scale,
            rate_btc=line.rate,
            bnb_rate_btc=first.bnb_rate,
            fee_percent=policy.fee_percent,
        )
        if figures != (line.line_gross, line.line_fee, line.line_net, line.line_value):
            yield "P11", f"the figures of {line.code} are not what its price makes them"
        worth = money.value_btc(before.get(line.asset, line.units), line.scale, line.rate)
        if worth >= policy.dust_limit_btc:
            yield "P9", f"{line.code} was worth {worth:f} BTC, the limit or more"
        yield from _judged(
            line.code,
            rate=line.rate,
            quoted=line.quoted,
            settled=line.settled,
            observed_at=line.observed_at,
            line=line,
            policy=policy,
        )


def _judged(
    code: str, *, rate: Any, quoted: Any, settled: Any, observed_at: Any, line: Completed, policy: Policy
) -> Iterator[tuple[str, str]]:
    """P8, P10 and P11 for one price."""
    if observed_at < line.confirmed_at:
        yield "P10", f"the price of {code} is older than Confirm"
    if not money.is_rounded_from(rate, money.exact_rate(settled)):
        yield "P11", f"the rate of {code} is not what the market's prices make it"
    refusal = validators.validate_change(
        code, money.exact_rate(quoted), money.exact_rate(settled), policy.tolerance_percent
    )
    if refusal is not None:
        yield "P8", f"the price of {code} moved {refusal.facts['change']}%"


def _conversions_keep_their_distance() -> Iterator[Violation]:
    """P5: completed conversions of a customer are at least the interval apart, the shortest that any policy has had, and
    the wait is counted from the last of them."""
    shortest = timedelta(seconds=Policy.objects.aggregate(least=Min("interval_seconds"))["least"] or 0)
    completed = Conversion.objects.filter(status=Conversion.Status.COMPLETED).order_by("user_id", "finished_at", "pk")
    rows = completed.values_list("user", "user__customer__last_converted_at", "reference", "finished_at")
    for (_, last), conversions in groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[:2]):
        previous: Any = None
        for *_, reference, finished_at in conversions:
            if previous and finished_at and finished_at - previous < shortest:
                yield Violation("P5", f"conversion {reference}", f"came {finished_at - previous} after the one before")
            previous = finished_at
        if last != previous:
            yield Violation(
                "P5", f"conversion {reference}", "is the customer's last, but the wait is counted from another"
            )
    never = Customer.objects.filter(last_converted_at__isnull=False).exclude(
        user__in=Conversion.objects.filter(status=Conversion.Status.COMPLETED).values("user")
    )
    for customer in never.iterator(chunk_size=CHUNK):
        yield Violation("P5", f"customer {customer.pk}", "waits after a conversion that never was")
