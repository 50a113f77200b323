"""Completed conversions against the ledger, and against the rules and the market's own prices that they were judged by."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from wallet import money, validators
from wallet.audit import rows
from wallet.audit.rows import CompletedConversion, CompletedLine, PolicyVersion, PostedEntry, Priced
from wallet.audit.violation import Violation, without_fault
from wallet.models import Account, Asset, Conversion, Transaction


class Problem(NamedTuple):
    """What is wrong with one conversion: the number of the promise, and how it is broken."""

    promise: str
    words: str


def postings_belong_to_a_conversion() -> Iterator[Violation]:
    """P4: no money was moved for a conversion that is not there."""
    lost = Transaction.objects.filter(kind=Transaction.Kind.CONVERSION, conversion__isnull=True)
    return rows.named(lost, promise="P4", name="transaction", problem="belongs to no conversion")


def posted_ones_are_completed() -> Iterator[Violation]:
    """P7: what moved money says so."""
    unended = Conversion.objects.filter(transaction__isnull=False).exclude(status=Conversion.Status.COMPLETED)
    return rows.named(unended, promise="P7", name="conversion", problem="was posted, but is not completed")


def completed_ones_are_as_they_must_be() -> Iterator[Violation]:
    """P4 and P7 to P11: the ledger holds what the lines say, once, and the lines are what the rules and prices make them.

    Conversions, lines and entries are three streams in one order, read side by side.
    """
    policies = {policy.pk: policy for policy in rows.policy_versions()}
    bnb = Asset.objects.filter(code=validators.BNB).values_list("pk", flat=True).first()
    conversions, lines, entries = rows.completed_conversions(), rows.lines_by_conversion(), rows.entries_by_conversion()
    for conversion in conversions:
        name, policy = f"conversion {conversion.reference}", policies.get(conversion.policy)
        problems = _problems(conversion, lines.of(conversion.pk), entries.of(conversion.pk), policy, bnb)
        found = (Violation(promise, name, words) for promise, words in problems)
        yield from without_fault(found, promise="P7", row=name)
        for stream in (conversions, lines, entries):
            yield from stream.broken()
    yield from conversions.broken()
    yield from lines.rest()
    yield from entries.rest()


def _problems(
    conversion: CompletedConversion,
    lines: list[CompletedLine],
    entries: list[PostedEntry],
    policy: PolicyVersion | None,
    bnb: int | None,
) -> Iterator[Problem]:
    if not lines:
        yield Problem("P7", "has no lines")
        return
    if (conversion.posted_reference, conversion.posted_at) != (conversion.reference, conversion.finished_at):
        yield Problem("P4", "its ledger transaction has another name or time")
    yield from _total_problems(conversion, lines, entries, bnb)
    yield from _price_problems(validators.BNB, conversion, conversion.confirmed_at)
    balances = _balances_before(entries)
    for line in lines:
        yield from _price_problems(line.code, line, conversion.confirmed_at)
        if policy is not None:  # one that is gone is told of for every conversion, whatever became of it
            yield from _change_problems(line, conversion, policy)
            yield from _line_problems(line, balances.get(line.asset, line.units), conversion, policy)


def _total_problems(
    conversion: CompletedConversion, lines: list[CompletedLine], entries: list[PostedEntry], bnb: int | None
) -> Iterator[Problem]:
    """P7 and P11: what was moved, what was owed and what was written down are the same."""
    figures = [line.figures for line in lines if line.figures is not None]
    for line in lines:
        if line.figures is None:
            yield Problem("P7", f"{line.code} was not settled")
    if conversion.figures is None:
        yield Problem("P7", "has no totals")
        return
    if _posted_movements(entries) != _owed_movements(conversion, conversion.figures, lines, bnb):
        yield Problem("P7", "the ledger holds something else than its lines")
    if conversion.figures != money.total(figures):
        yield Problem("P11", "its totals are not the sums of its lines")


# Units by kind of account, user and asset.
Movements = dict[tuple[str, int | None, int | None], int]


def _posted_movements(entries: list[PostedEntry]) -> Movements:
    """What the ledger says was moved."""
    return {(entry.kind, entry.user, entry.asset): entry.units for entry in entries}


def _owed_movements(
    conversion: CompletedConversion, total: money.Figures, lines: list[CompletedLine], bnb: int | None
) -> Movements:
    """What the lines and the totals say must have been moved."""
    owed: Counter[tuple[str, int | None, int | None]] = Counter()
    for line in lines:
        owed[Account.Kind.CUSTOMER, conversion.user, line.asset] -= line.units
        owed[Account.Kind.TREASURY, None, line.asset] += line.units
    owed[Account.Kind.CUSTOMER, conversion.user, bnb] += total.net
    owed[Account.Kind.TREASURY, None, bnb] -= total.gross
    if total.fee:
        owed[Account.Kind.FEES, None, bnb] += total.fee
    return dict(owed)


def _balances_before(entries: list[PostedEntry]) -> dict[int, int]:
    """What the customer held of each asset just before the conversion, by asset."""
    return {
        entry.asset: (entry.balance_units or 0) - entry.units
        for entry in entries
        if entry.kind == Account.Kind.CUSTOMER
    }


def _line_problems(
    line: CompletedLine, balance: int, conversion: CompletedConversion, policy: PolicyVersion
) -> Iterator[Problem]:
    """P9 and P11 for one line, of an asset of which the customer held this balance."""
    rate, bnb_rate = line.usable_rate, conversion.usable_rate
    if not 0 <= line.scale <= money.MAX_SCALE:
        yield Problem("P11", f"{line.code} keeps {line.scale} decimals, which nothing can")
        return
    if rate is None or bnb_rate is None:
        return
    figures = money.figures(
        units=line.units, scale=line.scale, rate_btc=rate, bnb_rate_btc=bnb_rate, fee_percent=policy.fee_percent
    )
    if line.figures is not None and line.figures != figures:
        yield Problem("P11", f"the figures of {line.code} are not what its price makes them")
    worth = money.value_btc(balance, line.scale, rate)
    if validators.validate_below_limit(line.code, worth, policy.dust_limit_btc) is not None:
        yield Problem("P9", f"{line.code} was worth {worth:f} BTC, the limit or more")


def _price_problems(code: str, priced: Priced, confirmed_at: datetime) -> Iterator[Problem]:
    """P8, P10 and P11 for one asset's price: of after Confirm, by the quote's path, and what the market's prices make it."""
    if priced.quoted_rate is None:
        yield Problem("P8", f"the market’s prices of {code} at the quote are no prices")
    elif priced.quoted_path != priced.path:
        yield Problem("P8", f"{code} was priced by another path than the quote’s")
    if priced.rate_btc is None or priced.observed_at is None:
        yield Problem("P10", f"there is no price of {code}")
    elif priced.observed_at < confirmed_at:
        yield Problem("P10", f"the price of {code} is older than Confirm")
    elif validators.validate_price(code, priced.rate_btc, priced.observed_at, confirmed_at) is not None:
        yield Problem("P10", f"the price of {code} is not usable")
    if priced.settled_rate is None:
        yield Problem("P10", f"the market’s prices of {code} are no prices")
    elif priced.rate_btc is not None and not money.is_rounded_from(priced.rate_btc, priced.settled_rate):
        yield Problem("P11", f"the rate of {code} is not what the market’s prices make it")


def _change_problems(line: CompletedLine, conversion: CompletedConversion, policy: PolicyVersion) -> Iterator[Problem]:
    """P8: the asset's rate in BNB, by the market's own prices of both. What is missing of them is told of by itself."""
    quoted, settled, bnb_quoted, bnb_settled = (
        line.quoted_rate,
        line.settled_rate,
        conversion.quoted_rate,
        conversion.settled_rate,
    )
    if quoted is None or settled is None or bnb_quoted is None or bnb_settled is None:
        return
    before, after = quoted / bnb_quoted, settled / bnb_settled
    refusal = validators.validate_change(line.code, before, after, policy.tolerance_percent)
    if refusal is not None:
        yield Problem("P8", f"the price of {line.code} in BNB moved {refusal.facts['change']}%")
