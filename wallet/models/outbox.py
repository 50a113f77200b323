from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from wallet.models.conversions import Conversion
from wallet.models.fields import WrittenAtField

KEPT = timedelta(days=90)


class OutboxMailQuerySet(models.QuerySet["OutboxMail"]):
    def waiting(self) -> OutboxMailQuerySet:
        return self.filter(state=OutboxMail.State.WAITING)

    def due(self, now: datetime) -> OutboxMailQuerySet:
        """What waits for an attempt: nobody has claimed it, or the claim has lapsed. The longest due first."""
        return self.waiting().filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")

    def given_up(self) -> OutboxMailQuerySet:
        return self.filter(state=OutboxMail.State.GIVEN_UP)

    def clear(self, now: datetime) -> int:
        """Deletes what ended more than 90 days ago; how many those were."""
        return self.filter(ended_at__lt=now - KEPT).delete()[0]


class OutboxMail(models.Model):
    """A mail that a conversion gives cause for, written in the transaction of what it tells; a worker sends it once.

    Whom it goes to, and what it says, follows from the conversion when it is sent: no address and no text is kept here. What
    it tells never changes; the columns of its attempts do until it has ended.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "Receipt"
        AGAIN = "again", "You can convert again"

        @property
        def choice(self) -> str:
            """The customer's own choice of it: a field of Customer."""
            return {"receipt": "wants_receipts", "again": "wants_notices"}[self.value]

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Not sent: it no longer held"
        GIVEN_UP = "given_up", "Given up"

    class Reason(models.TextChoices):
        """Why one was not sent although it was due."""

        CHOICE = "choice", "The customer switched it off"
        ACCOUNT = "account", "The account is deactivated, staff, or has no confirmed address"
        REPLACED = "replaced", "The customer has converted again"
        RUNNING = "running", "A conversion is in progress"
        CLOSED = "closed", "Conversions are closed"
        NOTHING = "nothing", "There is nothing to convert"

    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    # Only the database looks: quotes, which are deleted by the hundred, have no mails.
    conversion = models.ForeignKey(
        Conversion, on_delete=models.DO_NOTHING, db_index=False, editable=False, related_name="mails"
    )
    due_at = models.DateTimeField(editable=False, help_text="From when on it is to be sent.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=10, choices=Reason, blank=True, editable=False)
    last_error = models.CharField(
        max_length=100, blank=True, editable=False, help_text="What went wrong, and the mail server’s code; no address."
    )
    created_at = WrittenAtField()

    objects = OutboxMailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "mail to a customer"
        verbose_name_plural = "mails to customers"
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="waiting"), name="outboxmail_due"),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="outboxmail_waiting"),
            models.Index(fields=["state", "ended_at"], condition=Q(ended_at__isnull=False), name="outboxmail_ended"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="outboxmail_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["conversion", "kind"], name="outboxmail_once"),
            models.CheckConstraint(condition=Q(kind__in=["receipt", "again"]), name="outboxmail_kind_is_known"),
            models.CheckConstraint(
                condition=(
                    Q(state="waiting", next_attempt_at__isnull=False, ended_at__isnull=True, reason="")
                    | Q(state="sent", next_attempt_at__isnull=True, ended_at__isnull=False, reason="", attempts__gte=1)
                    | Q(
                        ~Q(last_error=""),
                        state="given_up",
                        next_attempt_at__isnull=True,
                        ended_at__isnull=False,
                        reason="",
                        attempts__gte=1,
                    )
                    | Q(~Q(reason=""), state="dropped", next_attempt_at__isnull=True, ended_at__isnull=False)
                ),
                name="outboxmail_state_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.Kind(self.kind).label} of {self.conversion}"
