"""Completed conversions against the ledger, and against the rules and the market's own prices that they were judged by."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from wallet import money, validators
from wallet.audit import rows
from wallet.audit.rows import CompletedConversion, CompletedLine, PostedEntry, Priced
from wallet.audit.violation import Violation
from wallet.models import Account, Asset, Conversion, Policy, Transaction


class Problem(NamedTuple):
    """What is wrong with one conversion: the number of the promise, and how it is broken."""

    promise: str
    words: str


def postings_belong_to_a_conversion() -> Iterator[Violation]:
    """P4: no money was moved for a conversion that is not there."""
    lost = Transaction.objects.filter(kind=Transaction.Kind.CONVERSION, conversion__isnull=True)
    for reference in lost.order_by("reference").values_list("reference", flat=True).iterator(chunk_size=rows.CHUNK):
        yield Violation("P4", f"transaction {reference}", "belongs to no conversion")


def posted_ones_are_completed() -> Iterator[Violation]:
    """P7: what moved money says so."""
    unended = Conversion.objects.filter(transaction__isnull=False).exclude(status=Conversion.Status.COMPLETED)
    for reference in unended.order_by("pk").values_list("reference", flat=True).iterator(chunk_size=rows.CHUNK):
        yield Violation("P7", f"conversion {reference}", "was posted, but is not completed")


def completed_ones_are_as_they_must_be() -> Iterator[Violation]:
    """P4 and P7 to P11: the ledger holds what the lines say, once, and the lines are what the rules and prices make them.

    Conversions, lines and entries are three streams in one order, read side by side.
    """
    policies = Policy.objects.in_bulk()
    bnb = Asset.objects.filter(code=validators.BNB).values_list("pk", flat=True).first()
    lines, entries = rows.lines_by_conversion(), rows.entries_by_conversion()
    for conversion in rows.completed_conversions():
        policy = policies[conversion.policy]
        for promise, words in _problems(conversion, lines.of(conversion.pk), entries.of(conversion.pk), policy, bnb):
            yield Violation(promise, f"conversion {conversion.reference}", words)


def _problems(
    conversion: CompletedConversion,
    lines: list[CompletedLine],
    entries: list[PostedEntry],
    policy: Policy,
    bnb: int | None,
) -> Iterator[Problem]:
    if not lines:
        yield Problem("P7", "has no lines")
        return
    if (conversion.posted_reference, conversion.posted_at) != (conversion.reference, conversion.finished_at):
        yield Problem("P4", "its ledger transaction has another name or time")
    if _posted_movements(entries) != _owed_movements(conversion, lines, bnb):
        yield Problem("P7", "the ledger holds something else than its lines")
    if conversion.figures != money.total(line.figures for line in lines):
        yield Problem("P11", "its totals are not the sums of its lines")
    yield from _price_problems(validators.BNB, conversion, conversion.confirmed_at, policy)
    balances = _balances_before(entries)
    for line in lines:
        yield from _line_problems(line, balances.get(line.asset, line.units), conversion, policy)
        yield from _price_problems(line.code, line, conversion.confirmed_at, policy)


# Units by kind of account, user and asset.
Movements = dict[tuple[str, int | None, int | None], int]


def _posted_movements(entries: list[PostedEntry]) -> Movements:
    """What the ledger says was moved."""
    return {(entry.kind, entry.user, entry.asset): entry.units for entry in entries}


def _owed_movements(conversion: CompletedConversion, lines: list[CompletedLine], bnb: int | None) -> Movements:
    """What the lines and the totals say must have been moved."""
    owed: Counter[tuple[str, int | None, int | None]] = Counter()
    for line in lines:
        owed[Account.Kind.CUSTOMER, conversion.user, line.asset] -= line.units
        owed[Account.Kind.TREASURY, None, line.asset] += line.units
    owed[Account.Kind.CUSTOMER, conversion.user, bnb] += conversion.net_units
    owed[Account.Kind.TREASURY, None, bnb] -= conversion.gross_units
    if conversion.fee_units:
        owed[Account.Kind.FEES, None, bnb] += conversion.fee_units
    return dict(owed)


def _balances_before(entries: list[PostedEntry]) -> dict[int, int]:
    """What the customer held of each asset just before the conversion, by asset."""
    return {
        entry.asset: (entry.balance_units or 0) - entry.units
        for entry in entries
        if entry.kind == Account.Kind.CUSTOMER
    }


def _line_problems(
    line: CompletedLine, balance: int, conversion: CompletedConversion, policy: Policy
) -> Iterator[Problem]:
    """P9 and P11 for one line, of an asset of which the customer held this balance."""
    figures = money.figures(
        units=line.units,
        scale=line.scale,
        rate_btc=line.rate_btc,
        bnb_rate_btc=conversion.rate_btc,
        fee_percent=policy.fee_percent,
    )
    if line.figures != figures:
        yield Problem("P11", f"the figures of {line.code} are not what its price makes them")
    worth = money.value_btc(balance, line.scale, line.rate_btc)
    if validators.validate_below_limit(line.code, worth, policy.dust_limit_btc) is not None:
        yield Problem("P9", f"{line.code} was worth {worth:f} BTC, the limit or more")


def _price_problems(code: str, priced: Priced, confirmed_at: datetime, policy: Policy) -> Iterator[Problem]:
    """P8, P10 and P11 for one asset's price."""
    if priced.observed_at < confirmed_at:
        yield Problem("P10", f"the price of {code} is older than Confirm")
    if not money.is_rounded_from(priced.rate_btc, priced.settled_rate):
        yield Problem("P11", f"the rate of {code} is not what the market's prices make it")
    refusal = validators.validate_change(code, priced.quoted_rate, priced.settled_rate, policy.tolerance_percent)
    if refusal is not None:
        yield Problem("P8", f"the price of {code} moved {refusal.facts['change']}%")
