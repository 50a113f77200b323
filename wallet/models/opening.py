from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from wallet.database import clock
from wallet.models.fields import WrittenAtField
from wallet.models.proposals import Proposal


@dataclass(frozen=True)
class Closure:
    """A time without conversions. Where closings meet or overlap it is all of them, with the newest one's notice."""

    closes_at: datetime
    reopens_at: datetime | None
    notice: str

    def joined_with(self, later: Opening) -> Closure | None:
        """Both as one, or None when there is a time between them."""
        if self.reopens_at is None:
            return self
        if later.closes_at is not None and later.closes_at > self.reopens_at:
            return None
        return replace(self, reopens_at=later.reopens_at and max(later.reopens_at, self.reopens_at))


@dataclass(frozen=True)
class Service:
    """Whether conversions are open at a moment, and what is announced. It follows from the records and the clock alone."""

    closure: Closure | None
    planned: Closure | None

    @property
    def is_open(self) -> bool:
        return self.closure is None


# Whoever writes the present minute means now.
JUST_NOW = timedelta(minutes=1)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class OpeningQuerySet(models.QuerySet["Opening"]):
    def service(self, now: datetime) -> Service:
        """Open, unless a closing that no newer record opened again holds now. A site without records is open."""
        found = closures(self.holding(now))
        held = [closure for closure in found if closure.closes_at <= now]
        ahead = [closure for closure in found if closure.closes_at > now]
        return Service(next(iter(held), None), next(iter(ahead), None))

    def standing(self) -> OpeningQuerySet:
        """The closings that no newer record opened again: those by BNB's pause end with it, and with nothing else."""
        of_bnb = Q(cause=Opening.Cause.BNB)
        later = Opening.objects.filter(is_open=True, pk__gt=OuterRef("pk"))
        open_again = of_bnb & Exists(later.filter(of_bnb)) | ~of_bnb & Exists(later.exclude(of_bnb))
        return self.filter(~open_again, is_open=False)

    def holding(self, now: datetime) -> OpeningQuerySet:
        """The closings that hold now or are planned, oldest first: not over, and nobody has opened after."""
        return self.standing().exclude(reopens_at__lte=now).order_by("pk")

    def stopped(self) -> OpeningQuerySet:
        """The guards' closings that nobody has opened after, the oldest first: a second person has to (P20)."""
        return self.standing().filter(cause__in=Opening.GUARDS).order_by("pk")


def closures(closings: Iterable[Opening]) -> list[Closure]:
    """The times without conversions, earliest first, with no two that meet."""
    found: list[Closure] = []
    newest = -1
    for closing in sorted(closings, key=lambda closing: (closing.closes_at or LONG_AGO, closing.pk)):
        joined = found[-1].joined_with(closing) if found else None
        if joined is None:
            found.append(Closure(closing.closes_at or LONG_AGO, closing.reopens_at, closing.notice))
        else:
            found[-1] = replace(joined, notice=closing.notice) if closing.pk > newest else joined
        newest = closing.pk if joined is None else max(newest, closing.pk)
    return found


class Opening(models.Model):
    """A record that conversions are opened, or closed for a time, with the notice that customers read.

    A closing begins when it is written, or at the moment that it says; it is over at the moment that it says, or when a newer
    record opens. One that is planned is announced from when it is written. An opening ends and cancels all that is older.
    Only people open, after a guard two of them (P20): the house breaker (M10) or the treasury's limits. Guards close at
    once, and for as long as nobody opens. While BNB is paused conversions are closed too, by a record of that cause; one of
    the same cause opens when it is resumed, and ends no other closing.
    """

    class Cause(models.TextChoices):
        OPERATOR = "operator", "Operator"
        BREAKER = "breaker", "House breaker"
        TREASURY = "treasury", "Treasury's limits"
        BNB = "bnb", "Pause of BNB"

    GUARDS = (Cause.BREAKER, Cause.TREASURY)

    is_open = models.BooleanField("conversions are open")
    notice = models.CharField(
        max_length=300,
        blank=True,
        help_text="Customers read this on every page. Say why; the times stand beside it, in each customer's own zone.",
    )
    closes_at = models.DateTimeField(
        "closed from", null=True, blank=True, help_text="UTC. Empty: from now on. Later: customers are told ahead."
    )
    reopens_at = models.DateTimeField(
        "closed until", null=True, blank=True, help_text="UTC. Empty: until you add a record that opens."
    )
    reason = models.CharField(max_length=200, blank=True, help_text="For the record; customers do not read it.")
    cause = models.CharField(max_length=10, choices=Cause, default=Cause.OPERATOR, editable=False)
    proposal = models.OneToOneField(Proposal, null=True, blank=True, editable=False, on_delete=models.PROTECT)
    created_at = WrittenAtField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.PROTECT
    )

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "opening or closing"
        verbose_name_plural = "openings and closings"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_open=True) | ~Q(notice=""),
                name="opening_closed_with_notice",
                violation_error_message="Write the notice that customers read while conversions are closed.",
            ),
            models.CheckConstraint(
                condition=Q(reopens_at__isnull=True) | Q(closes_at__isnull=True) | Q(reopens_at__gt=F("closes_at")),
                name="opening_reopens_after_it_closes",
                violation_error_message="The closing must end after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(closes_at__isnull=True, reopens_at__isnull=True),
                name="opening_open_has_no_times",
                violation_error_message="An opening takes effect at once: leave both times empty, or take the tick away.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(cause="operator")
                    | Q(
                        ~Q(reason=""),
                        cause__in=["breaker", "treasury"],
                        is_open=False,
                        closes_at__isnull=True,
                        reopens_at__isnull=True,
                        created_by__isnull=True,
                    )
                    | Q(~Q(reason=""), cause="bnb", closes_at__isnull=True, reopens_at__isnull=True)
                ),
                name="opening_fits_its_cause",
            ),
            models.CheckConstraint(
                condition=Q(proposal__isnull=True) | Q(is_open=True, cause="operator"),
                name="opening_proposed_opens",
            ),
        ]

    def __str__(self) -> str:
        return "Open" if self.is_open else f"Closed: {self.notice}"

    def clean(self) -> None:
        """What has begun is no closing to come: told as one, it would say what customers never read."""
        if self._state.adding and self.closes_at is not None and self.closes_at < clock.now() - JUST_NOW:
            words = (
                "This moment is over. Leave it empty to close from now on, or give one that is still to come, in UTC."
            )
            raise ValidationError({"closes_at": words})

    def holds(self, now: datetime) -> bool:
        """Of a closing that is not over: whether it has begun."""
        return self.closes_at is None or self.closes_at <= now
