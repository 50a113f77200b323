from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The states of a conversion. It goes from quoted to confirmed to one of the others, which are final."""

    QUOTED = "quoted", _("Quoted")
    CONFIRMED = "confirmed", _("In progress")
    COMPLETED = "completed", _("Completed")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")
