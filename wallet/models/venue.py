from datetime import datetime, timedelta

from django.conf import settings
from django.db import models


class VenueQuerySet(models.QuerySet["Venue"]):
    def closed_until(self, name: str, now: datetime) -> datetime | None:
        """When a venue may be asked again; None when it may be now."""
        return self.filter(name=name, ask_after__gt=now).values_list("ask_after", flat=True).first()

    def hold_off(self, name: str, now: datetime, wait: timedelta | None) -> None:
        """Notes for how long a venue is not to be asked; where it didn't say, for longer each time in a row."""
        venue = self.filter(name=name).first() or Venue(name=name)
        longest = timedelta(seconds=settings.MARKET_BACK_OFF_LONGEST)
        doubled = timedelta(seconds=settings.MARKET_BACK_OFF) * 2 ** min(venue.refusals, 20)
        venue.ask_after = now + (wait or min(doubled, longest))
        venue.refusals += 1
        venue.save()

    def answered(self, name: str) -> None:
        self.filter(name=name).delete()


class Venue(models.Model):
    """A source of prices that asked not to be asked: every process keeps to that, and no restart forgets it."""

    name = models.CharField(max_length=40, primary_key=True)
    ask_after = models.DateTimeField()
    refusals = models.PositiveIntegerField(
        default=0, help_text="How often in a row it said that it was asked too much."
    )

    objects = VenueQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
