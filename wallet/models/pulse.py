from datetime import datetime

from django.db import models

# The names of what beats: the sweep, and an audit that found nothing wrong, or something, with the moment that it began at.
SWEPT, AUDITED, AUDIT_FAILED = "sweep", "audit", "audit failed"


def taken_from(queue: str) -> str:
    """The name of what beats when a worker takes from this queue what beat sends there."""
    return f"{queue} queue"


class PulseQuerySet(models.QuerySet["Pulse"]):
    def beat(self, name: str, at: datetime) -> None:
        self.update_or_create(name=name, defaults={"beat_at": at})

    def follow(self, name: str, before: datetime | None, at: datetime) -> bool:
        """Beats, unless somebody else did since it last beat, which is None where it never did; whether it does."""
        if before is None:
            return self.get_or_create(name=name, defaults={"beat_at": at})[1]
        return self.filter(name=name, beat_at=before).update(beat_at=at) == 1

    def moments(self) -> dict[str, datetime]:
        """When each last beat, by name."""
        return dict(self.values_list("name", "beat_at"))


class Pulse(models.Model):
    """When something last happened, such as a periodic task, for /healthz and the operators."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()

    objects = PulseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
