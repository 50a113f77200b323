from datetime import datetime

from django.db import models

# The names of what beats: the sweep, and an audit that found nothing wrong.
SWEPT, AUDITED = "sweep", "audit"


class PulseQuerySet(models.QuerySet["Pulse"]):
    def beat(self, name: str, at: datetime) -> None:
        self.update_or_create(name=name, defaults={"beat_at": at})


class Pulse(models.Model):
    """When a periodic task last ran, for /healthz and the operators."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()

    objects = PulseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
