from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wallet.models.fields import WrittenAtField

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEPT = timedelta(days=366)


class SecurityEventQuerySet(models.QuerySet["SecurityEvent"]):
    def of(self, user: User) -> SecurityEventQuerySet:
        """The user's own, the newest first."""
        return self.filter(user=user).order_by("-pk")

    def knows(self, user: User, device: str) -> bool:
        """Whether this user ever signed in on such a device, as far back as events are kept."""
        return self.filter(user=user, kind__in=SecurityEvent.SIGN_INS, device=device).exists()

    def clear(self, now: datetime) -> int:
        """Deletes what is older than a year; how many those were."""
        return self.filter(created_at__lt=now - KEPT).delete()[0]


class SecurityEvent(models.Model):
    """Something that happened to an account's security, for its owner to read. Written once (P17, P21); kept for a year."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        NEW_DEVICE = "new_device", _("Signed in on a new device")
        REFUSED = "refused", _("A sign-in was refused")
        CODE_REFUSED = "code_refused", _("A code or passkey was refused")
        SIGNED_OUT = "signed_out", _("Signed out")
        SESSION_ENDED = "session_ended", _("Signed out on another device")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET = "password_reset", _("Password reset by mail")
        RESET_SENT = "reset_sent", _("A mail to choose a new password was sent by the site’s operators")
        EMAIL_ADDED = "email_added", _("Email address added")
        EMAIL_CHANGED = "email_changed", _("Email address changed")
        EMAIL_REMOVED = "email_removed", _("Email address removed")
        EMAIL_CONFIRMED = "email_confirmed", _("Email address confirmed")
        FACTOR_ADDED = "factor_added", _("Second step added")
        FACTOR_REMOVED = "factor_removed", _("Second step removed")
        FACTORS_RESET = "factors_reset", _("Second steps removed by the site’s operators")
        CODES_MADE = "codes_made", _("New recovery codes made")
        CODE_USED = "code_used", _("Recovery code used")

    SIGN_INS = (Kind.SIGNED_IN, Kind.NEW_DEVICE)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="security_events"
    )
    kind = models.CharField(max_length=20, choices=Kind, editable=False)
    about = models.CharField(
        max_length=254, blank=True, editable=False, help_text="Which address or factor, where there is one."
    )
    address = models.GenericIPAddressField(null=True, editable=False)
    device = models.CharField("browser", max_length=200, blank=True, editable=False)
    created_at = WrittenAtField()

    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "kind", "device"], name="security_event_of_device"),
            models.Index(fields=["created_at"], name="security_event_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.Kind(self.kind).name}"
