"""What operators watch, read at one moment: the home panel, the alerts and the metrics say the same of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min

from wallet import validators
from wallet.models import Conversion, Opening, OutboxMail, Policy, Price, Proposal, Pulse
from wallet.models.pulse import AUDIT_FAILED, AUDITED, SWEPT, taken_from
from wallet.treasury import Warning, warnings  # noqa: A004  # the field's word

DAY = timedelta(days=1)
# From when on each is too old; a price by the policy.
LONGEST_PRICE = timedelta(seconds=60)  # until there is the first one
LONGEST_UNFINISHED = timedelta(seconds=180)
LONGEST_BEAT = timedelta(seconds=30)
LONGEST_AUDIT = timedelta(seconds=3600)
LONGEST_MAIL = timedelta(minutes=15)  # after it was due
# Upkeep gets a message a minute, and the audit holds its only slot for an hour at most.
LONGEST_TAKEN = {
    "settle": timedelta(seconds=30),
    "prices": timedelta(seconds=30),
    "mails": timedelta(seconds=120),  # one task of it may take a minute
    "upkeep": timedelta(seconds=4000),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """When something last happened that has to happen again and again; None: it never did."""

    at: datetime | None
    now: datetime
    longest: timedelta
    since: datetime  # from when on it could have happened: the site's beginning

    @property
    def is_never(self) -> bool:
        """Whether it should have happened by now, and never did."""
        return self.at is None and self.is_old

    @property
    def is_not_due(self) -> bool:
        """Whether it never happened, and need not have yet: the site is younger than that."""
        return self.at is None and not self.is_old

    @property
    def is_old(self) -> bool:
        """Whether it should have happened again by now."""
        return self.now - (self.at or self.since) > self.longest


@dataclass(frozen=True, slots=True)
class Mails:
    """Those to customers: how many are due and not sent, since when the oldest of them is, and how many were given up within
    a day."""

    waiting: int
    oldest_at: datetime | None
    given_up: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at a moment, by the database's clock."""

    now: datetime
    closings: list[Opening]  # those that hold, and those to come, oldest first
    policy: Policy
    began_at: datetime
    bnb: Price | None  # of the configured source
    old_prices: int  # prices of that source that are older than the policy allows
    outcomes: Mapping[str, int]  # by status, what ended in [since, now)
    unfinished: int
    oldest_at: datetime | None  # when the oldest unfinished conversion was confirmed
    pulses: Mapping[str, datetime]
    waiting: int  # proposals that somebody has to decide on
    treasury: list[Warning]  # limits that are reached, and what the house is short of
    mails: Mails

    @property
    def since(self) -> datetime:
        return self.now - DAY

    @property
    def held(self) -> list[Opening]:
        """The closings that hold now."""
        return [closing for closing in self.closings if closing.holds(self.now)]

    @property
    def planned(self) -> list[Opening]:
        return [closing for closing in self.closings if not closing.holds(self.now)]

    @property
    def price(self) -> Happened:
        return self._happened(self.bnb.observed_at if self.bnb else None, self.policy.price_age)

    @property
    def beat(self) -> Happened:
        return self._happened(self.pulses.get(SWEPT), LONGEST_BEAT)

    @property
    def audit(self) -> Happened:
        """The last audit that found nothing wrong."""
        return self._happened(self.pulses.get(AUDITED), LONGEST_AUDIT)

    @property
    def failed_at(self) -> datetime | None:
        """When the audit began that found something, where none has passed since."""
        failed, passed = self.pulses.get(AUDIT_FAILED), self.pulses.get(AUDITED)
        return failed if failed and (passed is None or passed < failed) else None

    @property
    def queues(self) -> dict[str, Happened]:
        """By queue, when a worker last took what beat sends there."""
        names = [queue.name for queue in settings.CELERY_TASK_QUEUES]
        return {name: self._happened(self.pulses.get(taken_from(name)), LONGEST_TAKEN[name]) for name in names}

    @property
    def is_stuck(self) -> bool:
        """Whether a conversion is unfinished for longer than any should be."""
        return self.oldest_at is not None and self.now - self.oldest_at > LONGEST_UNFINISHED

    @property
    def is_mail_late(self) -> bool:
        """Whether a mail has been due for longer than any should be."""
        return self.mails.oldest_at is not None and self.now - self.mails.oldest_at > LONGEST_MAIL

    def _happened(self, at: datetime | None, longest: timedelta) -> Happened:
        return Happened(at, self.now, longest, self.began_at)


def standing(now: datetime) -> Standing:
    """Reads it, in the same number of queries whatever there is."""
    policy = Policy.objects.in_effect(now)
    prices = Price.objects.current_source()
    ended = Conversion.objects.finished().filter(finished_at__gte=now - DAY, finished_at__lt=now).order_by()
    counts = dict(ended.values_list("status").annotate(Count("pk")))
    running = Conversion.objects.confirmed().aggregate(count=Count("pk"), oldest=Min("confirmed_at"))
    return Standing(
        now=now,
        closings=list(Opening.objects.holding(now).select_related("created_by")),
        policy=policy,
        began_at=Policy.objects.began_at(),
        bnb=prices.filter(asset__code=validators.BNB).first(),
        old_prices=prices.filter(observed_at__lt=now - policy.price_age).count(),
        outcomes={status.value: counts.get(status.value, 0) for status in Conversion.FINAL},
        unfinished=running["count"],
        oldest_at=running["oldest"],
        pulses=Pulse.objects.moments(),
        waiting=Proposal.objects.waiting(now).count(),
        treasury=warnings(now),
        mails=_mails(now),
    )


def _mails(now: datetime) -> Mails:
    due = OutboxMail.objects.waiting().filter(due_at__lte=now).aggregate(count=Count("pk"), oldest=Min("due_at"))
    given_up = OutboxMail.objects.given_up().filter(ended_at__gte=now - DAY, ended_at__lt=now).count()
    return Mails(due["count"], due["oldest"], given_up)
