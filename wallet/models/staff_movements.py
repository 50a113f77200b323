"""What operators moved, as far as the ledger's own rows don't say it: on whose proposal, why, and on what evidence."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from wallet.models.ledger import Transaction
from wallet.models.proposals import Proposal, is_said


class StaffMovement(models.Model):
    """One movement of a customer's balance that an operator proposed and another approved (P14, P20), written once.

    It is written before its transaction, which is refused without it. A file's proposal has one for each row of the file.
    """

    # The transaction comes after it, in the same database transaction.
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, primary_key=True, editable=False, related_name="movement"
    )
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, editable=False, related_name="movements")
    number = models.PositiveIntegerField(editable=False, help_text="The row of the proposal's file, or 1.")
    # Unique: a deposit is reversed once.
    reverses = models.OneToOneField(
        Transaction,
        null=True,
        on_delete=models.PROTECT,
        editable=False,
        related_name="reversal",
        help_text="The deposit that it takes back.",
    )
    reason = models.CharField(max_length=200, editable=False)
    evidence = models.CharField(max_length=500, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="proposed by",
        on_delete=models.PROTECT,
        editable=False,
        related_name="staff_movements",
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = "movement by operators"
        verbose_name_plural = "movements by operators"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="staffmovement_once_per_row"),
            models.CheckConstraint(condition=Q(number__gte=1), name="staffmovement_has_a_number"),
            models.CheckConstraint(condition=is_said("reason"), name="staffmovement_has_a_reason"),
            models.CheckConstraint(condition=is_said("evidence"), name="staffmovement_has_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal}, row {self.number}"
