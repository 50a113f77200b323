from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Trim

from wallet.models.fields import WrittenAtField

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def is_said(field: str) -> Q:
    """The condition that a text is more than blanks."""
    return Q(models.lookups.GreaterThan(Length(Trim(field)), 0))


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def take_turns(self, kind: str) -> None:
        """Within a transaction: until it ends nobody else decides on a proposal of this kind."""
        list(self.filter(kind=kind).order_by("pk").select_for_update(no_key=True).values_list("pk")[:1])

    def waiting(self, now: datetime) -> ProposalQuerySet:
        """Those that can still be decided on."""
        return self.filter(decision=None, lapses_at__gt=now)

    def for_others(self, user: User) -> ProposalQuerySet:
        """Those in which this user may have a part as the second person: not their own, and not about them."""
        return self.exclude(created_by=user).exclude(concerns=user)


class Proposal(models.Model):
    """What one operator wants done and another has to approve (P20): who, when, why, on what evidence, and what it changes.

    Written once. What became of it is its decision, a row of its own; without one it lapses by the database's clock.
    """

    class Kind(models.TextChoices):
        """What is done on approval; each has its class in wallet/proposals/."""

        POLICY = "policy", "Policy version"
        RESUME = "resume", "Opening after a guard closed"
        CORRECTION = "correction", "Correction of a balance"
        DEPOSIT = "deposit", "Deposit"
        WITHDRAWAL = "withdrawal", "Withdrawal"
        REVERSAL = "reversal", "Reversal of a deposit"
        FILE = "file", "File of movements"
        RIGHTS = "rights", "Role of an account"
        LIMIT = "limit", "Looser limit of the treasury"
        BOOKING = "booking", "What was bought or sold outside"

    kind = models.CharField(max_length=20, choices=Kind, editable=False)
    payload = models.JSONField(
        editable=False, help_text="What it changes, as texts, checked whole when it was proposed."
    )
    state = models.JSONField(editable=False, help_text="What it was made from: how things stood when it was proposed.")
    fingerprint = models.CharField(max_length=64, editable=False, help_text="Of that state.")
    concerns = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="proposals_about",
        help_text="The customer whom it concerns, who has no part in it.",
    )
    reason = models.CharField(max_length=200, editable=False)
    evidence = models.CharField(max_length=500, blank=True, editable=False)
    lapses_at = models.DateTimeField(editable=False)
    created_at = WrittenAtField(verbose_name="proposed at")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="proposed by",
        editable=False,
        on_delete=models.PROTECT,
        related_name="proposals",
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view",)
        # A right to propose and a right to decide for each kind: wallet/proposals/kinds.py asks by these names.
        permissions = [
            ("propose_policy", "Can propose a policy version"),
            ("decide_policy", "Can approve or refuse a policy version that another proposed"),
            ("withdraw_policy", "Can withdraw a policy version before it takes effect"),
            ("propose_resume", "Can propose to open conversions after the house breaker"),
            ("decide_resume", "Can approve or refuse to open conversions after the house breaker"),
            ("propose_correction", "Can propose to correct a balance"),
            ("decide_correction", "Can approve or refuse the correction of a balance"),
            ("propose_deposit", "Can propose a deposit"),
            ("decide_deposit", "Can approve or refuse a deposit"),
            ("propose_withdrawal", "Can propose a withdrawal"),
            ("decide_withdrawal", "Can approve or refuse a withdrawal"),
            ("propose_reversal", "Can propose to reverse a deposit"),
            ("decide_reversal", "Can approve or refuse the reversal of a deposit"),
            ("propose_file", "Can propose a file of movements"),
            ("decide_file", "Can approve or refuse a file of movements"),
            ("propose_rights", "Can propose a role for another account"),
            ("decide_rights", "Can approve or refuse a role for another account"),
            ("propose_limit", "Can propose a looser limit of the treasury"),
            ("decide_limit", "Can approve or refuse a looser limit of the treasury"),
            ("propose_booking", "Can propose to book what was bought or sold outside"),
            ("decide_booking", "Can approve or refuse to book what was bought or sold outside"),
        ]
        constraints = [
            models.CheckConstraint(condition=is_said("reason"), name="proposal_has_a_reason"),
            models.CheckConstraint(condition=is_said("kind"), name="proposal_has_a_kind"),
            models.CheckConstraint(condition=Q(lapses_at__gt=F("created_at")), name="proposal_lapses_later"),
            models.CheckConstraint(
                condition=Q(concerns__isnull=True) | ~Q(concerns=F("created_by")), name="proposal_is_not_about_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"Proposal {self.pk}"

    @property
    def is_decided(self) -> bool:
        """No query where the decision was read together with it."""
        return hasattr(self, "decision")

    def has_lapsed(self, now: datetime) -> bool:
        return not self.is_decided and self.lapses_at <= now


class Decision(models.Model):
    """What became of a proposal, written once: it was approved, with its effect in the same transaction, or refused, or taken
    back by whoever proposed it."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        TAKEN_BACK = "taken_back", "Taken back"

    # Unique: a proposal is decided on once, so it has one effect at the most.
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, editable=False, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome, editable=False)
    reason = models.CharField(max_length=200, blank=True, editable=False)
    created_at = WrittenAtField(verbose_name="decided at")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="decided by",
        editable=False,
        on_delete=models.PROTECT,
        related_name="decisions",
    )

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["approved", "refused", "taken_back"]), name="decision_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | is_said("reason"), name="decision_refuses_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.Outcome(self.outcome).label} {self.created_at:%Y-%m-%d %H:%M:%S}"
