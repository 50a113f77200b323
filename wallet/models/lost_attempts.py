from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from wallet.models.conversions import Conversion


class LostAttemptQuerySet(models.QuerySet["LostAttempt"]):
    def note(self, conversions: list[Conversion], *, claimed_at: datetime, lost_at: datetime, error: str = "") -> None:
        """Writes down that an attempt at each of these came to nothing, once."""
        self.bulk_create(
            (
                LostAttempt(conversion=one, claimed_at=claimed_at, lost_at=lost_at, error=error[:LONGEST_ERROR])
                for one in conversions
            ),
            ignore_conflicts=True,
        )


class LostAttempt(models.Model):
    """An attempt at a settlement that came to nothing, for support; written once.

    What ended a conversion is told by the conversion itself, and an attempt that waited for prices or for the database is
    given back as if it had never been.
    """

    conversion = models.ForeignKey(Conversion, on_delete=models.PROTECT, editable=False, related_name="lost_attempts")
    claimed_at = models.DateTimeField(editable=False)
    lost_at = models.DateTimeField(editable=False, help_text="When it went wrong, or its claim lapsed.")
    error = models.CharField(
        max_length=200, blank=True, editable=False, help_text="What went wrong; nothing where nobody could say so."
    )

    objects = LostAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["lost_at", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["conversion", "lost_at"], name="lostattempt_once"),
            models.CheckConstraint(condition=Q(lost_at__gte=F("claimed_at")), name="lostattempt_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.conversion} {self.lost_at:%Y-%m-%d %H:%M:%S}"


LONGEST_ERROR = LostAttempt._meta.get_field("error").max_length or 0  # noqa: SLF001  # Django's public way to its fields
