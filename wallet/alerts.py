"""What has to be looked at: the conditions that fire, what each means, what to do, and which rows tell more of it.

The admin's list of alerts, /metrics and docs/operating.md have the same names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from wallet.models import Opening, OutboxMail
from wallet.models.pulse import AUDIT_FAILED, AUDITED, SWEPT, taken_from
from wallet.models.status import Status
from wallet.watch import Standing

# From so many that ended within a day on, a share of them that was stopped says something.
FEWEST_ENDED, MOST_STOPPED_PERCENT = 20, 20


@dataclass(frozen=True, slots=True)
class Condition:
    """`name` stays. `model` is whose rows tell more, `filters` which of them; whoever may not see them is told nothing."""

    name: str
    says: str
    todo: str
    model: str
    is_firing: Callable[[Standing], bool]
    filters: Callable[[Standing], Mapping[str, str]]


def firing(now: Standing) -> list[Condition]:
    """Those that fire, in the order in which they are best looked at."""
    return [condition for condition in conditions() if condition.is_firing(now)]


def conditions() -> list[Condition]:
    """All that there are."""
    queues = [_of_queue(queue.name) for queue in settings.CELERY_TASK_QUEUES]
    return [*_OF_THE_HOUSE, *queues, *_OF_CONVERSIONS, *_OF_MAILS]


def within_a_day(now: Standing, status: Status) -> dict[str, str]:
    """The filters of the list of conversions for what ended so in the day that was counted."""
    return {"status__exact": status.value, **_day(now, "finished_at")}


def _day(now: Standing, name: str) -> dict[str, str]:
    return {f"{name}__gte": now.since.isoformat(), f"{name}__lt": now.now.isoformat()}


def _pulse(name: str, _now: Standing) -> dict[str, str]:
    return {"name__exact": name}


def _all(_now: Standing) -> dict[str, str]:
    return {}


def _held(_now: Standing) -> dict[str, str]:
    return {"standing": "now"}


def _running(_now: Standing) -> dict[str, str]:
    return {"status__exact": Status.CONFIRMED.value}


def _stopped_often(now: Standing) -> bool:
    ended = sum(now.outcomes.values())
    return ended >= FEWEST_ENDED and 100 * now.outcomes[Status.STOPPED] > MOST_STOPPED_PERCENT * ended


def _of_queue(name: str) -> Condition:
    return Condition(
        f"queue_{name}_silent",
        f"No worker has taken what beat sends to the queue {name} for too long.",
        "See whether its workers run. Where every queue is silent, it is beat or the broker.",
        "pulse",
        lambda now: now.queues[name].is_old,
        partial(_pulse, taken_from(name)),
    )


_OF_THE_HOUSE = (
    Condition(
        "audit_failed",
        "The last audit found rows that break a promise.",
        "Close conversions, and look at the ERRORs audit_violation in the log: each names its row.",
        "pulse",
        lambda now: now.failed_at is not None,
        partial(_pulse, AUDIT_FAILED),
    ),
    Condition(
        "house_breaker_closed",
        "The house breaker closed conversions: more was to be paid within 10 minutes than the policy allows.",
        "Compare the prices of the conversions before it with other markets. Then propose to open; another approves.",
        "opening",
        lambda now: any(closing.cause == Opening.Cause.BREAKER for closing in now.held),
        _held,
    ),
    Condition(
        "treasury_warns",
        "The house has less of an asset than it should, or more: a limit is reached, or it is short.",
        "Its page says of what and by how much. Buy or sell outside, and have it booked.",
        "houseaccount",
        lambda now: bool(now.treasury),
        _all,
    ),
    Condition(
        "price_old",
        "BNB’s price is older than the policy allows, or there is none: nothing can be quoted or settled.",
        "Look at the newest market rounds: they say what the exchange answered, or that nobody asked it.",
        "marketround",
        lambda now: now.price.is_old,
        _all,
    ),
    Condition(
        "beat_silent",
        "The sweep has not run for too long: what no message reached is not settled.",
        "See whether beat, the broker and the settle workers run.",
        "pulse",
        lambda now: now.beat.is_old,
        partial(_pulse, SWEPT),
    ),
    Condition(
        "audit_old",
        "No audit has passed for an hour.",
        "See whether the upkeep worker runs. An audit that found something is an alert of its own.",
        "pulse",
        lambda now: now.audit.is_old,
        partial(_pulse, AUDITED),
    ),
)
_OF_CONVERSIONS = (
    Condition(
        "conversion_stuck",
        "A conversion is unfinished three minutes after Confirm.",
        "Open it: its page says what it waits for. Settle it now, or stop it.",
        "conversion",
        lambda now: now.is_stuck,
        _running,
    ),
    Condition(
        "conversion_failed",
        "A conversion was given up within the last 24 hours. Nothing was converted.",
        "Look for its reference in the log: an ERROR before conversion_failed says why.",
        "conversion",
        lambda now: now.outcomes[Status.FAILED] > 0,
        lambda now: within_a_day(now, Status.FAILED),
    ),
    Condition(
        "stopped_often",
        "More than a fifth of what ended within 24 hours was stopped.",
        "See by which rule: prices that jump, an asset that was paused, or support.",
        "conversion",
        _stopped_often,
        lambda now: within_a_day(now, Status.STOPPED),
    ),
)
_OF_MAILS = (
    Condition(
        "mail_given_up",
        "A mail to a customer was given up within the last 24 hours: no attempt of 16 hours reached the mail server.",
        "Its row says what the mail server answered. Nothing that was converted depends on it.",
        "outboxmail",
        lambda now: now.mails.given_up > 0,
        lambda now: {"state__exact": OutboxMail.State.GIVEN_UP.value, **_day(now, "ended_at")},
    ),
    Condition(
        "mail_waits",
        "A mail to a customer has been due for more than 15 minutes.",
        "See whether the mails worker runs; the rows say what the mail server answered.",
        "outboxmail",
        lambda now: now.is_mail_late,
        lambda now: {"state__exact": OutboxMail.State.WAITING.value, "due_at__lte": now.now.isoformat()},
    ),
)
