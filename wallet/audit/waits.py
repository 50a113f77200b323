"""The times of conversions: how long a quote and a settlement may take, and the wait between a customer's conversions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from wallet import validators
from wallet.audit import rows
from wallet.audit.reading import Rows
from wallet.audit.rows import PolicyVersion
from wallet.audit.violation import Violation, without_fault
from wallet.database.rows import lookup
from wallet.models import Conversion, Customer
from wallet.models.status import Status

SECOND = timedelta(seconds=1)

# A settlement takes its moment and then reads the newest version that is committed by then; a version takes its moment, where
# it has no later one, and is then committed. Of a version and a settlement that are this near each other nobody can tell from
# their moments whether the one had read the other, so either interval was in force. It is many times what lies between moment
# and commit of both.
NEAR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class ConfirmedConversion:
    """A conversion that was confirmed, whatever became of it. Only what still runs has not ended."""

    pk: int = lookup("pk")
    reference: str = lookup("reference")
    status: str = lookup("status")
    policy: int = lookup("policy")
    quoted_at: datetime = lookup("quoted_at")
    confirmed_at: datetime = lookup("confirmed_at")
    finished_at: datetime | None = lookup("finished_at")


def conversions_are_in_time() -> Iterator[Violation]:
    """R8: confirmed within the lifetime of the quote and, if completed, settled after that within the longest wait."""
    versions = rows.policy_versions()
    policies = {policy.pk: policy for policy in versions}
    yield from versions.broken()
    found = Conversion.objects.exclude(status=Status.QUOTED).order_by("pk")
    conversions = Rows(ConfirmedConversion, found, promise="P7", name="conversion")
    for conversion in conversions:
        name = f"conversion {conversion.reference}"
        policy = policies.get(conversion.policy)
        if policy is None:
            yield Violation("P14", name, f"policy {conversion.policy}, that it was judged by, is gone")
        else:
            late = (Violation("R8", name, words) for words in _delays(conversion, policy))
            yield from without_fault(late, promise="R8", row=name)
            early = (Violation("P20", name, words) for words in _untimely(conversion, policy))
            yield from without_fault(early, promise="P20", row=name)
        yield from conversions.broken()
    yield from conversions.broken()


def _delays(conversion: ConfirmedConversion, policy: PolicyVersion) -> Iterator[str]:
    """What came too late, or too early."""
    quoted_at, confirmed_at, finished_at = conversion.quoted_at, conversion.confirmed_at, conversion.finished_at
    lifetime = policy.quote_seconds * SECOND
    if confirmed_at < quoted_at:
        yield f"was confirmed {quoted_at - confirmed_at} before its quote"
    if validators.validate_unexpired(quoted_at, confirmed_at, lifetime) is not None:
        yield f"was confirmed {confirmed_at - quoted_at} after its quote, which lived for {policy.quote_seconds} seconds"
    if conversion.status == Status.COMPLETED and finished_at is not None:
        longest = policy.longest_wait_seconds
        if finished_at < confirmed_at:
            yield f"was converted {confirmed_at - finished_at} before Confirm"
        if validators.validate_in_time(confirmed_at, finished_at, longest * SECOND) is not None:
            yield f"was converted {finished_at - confirmed_at} after Confirm, and {longest} seconds is the longest wait"


def _untimely(conversion: ConfirmedConversion, policy: PolicyVersion) -> Iterator[str]:
    """P20: whether its quote was made by a version that was not in force."""
    if policy.withdrawal is not None:
        yield f"was judged by policy version {policy.pk}, which was withdrawn"
    elif policy.effective_from is not None and conversion.quoted_at < policy.effective_from:
        yield f"was judged by policy version {policy.pk} before its time"


@dataclass(frozen=True, slots=True)
class TimedConversion:
    """A completed conversion, with the moment that its customer's wait is counted from."""

    pk: int = lookup("pk")
    user: int = lookup("user")
    last_converted_at: datetime | None = lookup("user__customer__last_converted_at")
    reference: str = lookup("reference")
    finished_at: datetime = lookup("finished_at")


def conversions_keep_their_distance() -> Iterator[Violation]:
    """P5: completed conversions of a customer are at least the interval apart that was in force when the later one was
    completed, and the wait is counted from the last of them."""
    versions = list(rows.policy_versions())
    ordered = Conversion.objects.completed().order_by("user_id", "finished_at", "pk")
    conversions = Rows(TimedConversion, ordered, promise="P5", name="conversion")
    for user, own in groupby(conversions, key=attrgetter("user")):
        yield from without_fault(_problems_of_customer(own, versions), promise="P5", row=f"customer {user}")
        yield from conversions.broken()
    yield from conversions.broken()


def _problems_of_customer(
    conversions: Iterator[TimedConversion], versions: Sequence[PolicyVersion]
) -> Iterator[Violation]:
    newest = next(conversions)
    for conversion in conversions:
        before, at, newest = newest.finished_at, conversion.finished_at, conversion
        if validators.validate_interval(before, at, _interval(versions, at)) is not None:
            yield Violation("P5", f"conversion {conversion.reference}", f"came {at - before} after the one before")
    if newest.last_converted_at != newest.finished_at:
        problem = "is the customer's last, but the wait is counted from another"
        yield Violation("P5", f"conversion {newest.reference}", problem)


def _interval(versions: Sequence[PolicyVersion], at: datetime) -> timedelta:
    """R7: the interval in force at that moment, by the newest version whose time had come; the shortest where it isn't sure.

    `versions` are the oldest first. Before any of them was written, the first was in force. What was withdrawn never was, but
    for a settlement that may not have seen the withdrawal yet.
    """
    before = [one for one in versions if one.withdrawal is None and at - one.effective_at >= NEAR]
    near = [one for one in versions if abs(at - one.effective_at) < NEAR]
    in_force = [*(before or versions[:1])[-1:], *near]
    return min((version.interval_seconds for version in in_force), default=0) * SECOND


def nobody_waits_for_nothing() -> Iterator[Violation]:
    """P5: what did not convert does not start the wait."""
    converted = Conversion.objects.completed().values("user")
    waiting = Customer.objects.filter(last_converted_at__isnull=False).exclude(user__in=converted)
    for pk in rows.values(waiting.order_by("pk"), "pk"):
        yield Violation("P5", f"customer {pk}", "waits after a conversion that never was")
