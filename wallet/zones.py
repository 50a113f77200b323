"""Time zones: those that a customer may choose, and how a zone is named beside a time."""

import zoneinfo
from datetime import datetime, timedelta
from functools import cache

# What the zone database has beside the zones of places: a machine's own zone, and a placeholder.
NO_PLACES = {"Factory", "localtime"}
UTC = "UTC"
MINUS = "−"


@cache
def names() -> list[str]:
    """Every zone of the zone database, by name."""
    return sorted(zoneinfo.available_timezones() - NO_PLACES)


@cache
def _by_words() -> dict[str, str]:
    """Zones by what a person may type: the whole name, or the place alone. Where a place has two, the fuller name counts."""
    places = {_words(name.rpartition("/")[2]): name for name in sorted(names(), key=lambda name: name.count("/"))}
    return places | {_words(name): name for name in names()}


def _words(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def find(text: str) -> str | None:
    """The name of the zone that is meant, whatever the case and the spaces: "helsinki", "America/new york"."""
    return _by_words().get(_words(text))


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of this name; UTC for none, and for one that the zone database no longer has."""
    return zoneinfo.ZoneInfo(name if name in names() else UTC)


def short_name(local: datetime) -> str:
    """What the zone of a local time is called at that moment: CET, CEST, and "UTC+5:45" where it has no letters."""
    name = local.tzname() or UTC
    return name if name[:1].isalpha() else offset_text(local.utcoffset() or timedelta(0))


def offset_text(offset: timedelta) -> str:
    """How far from UTC: UTC, UTC+2, UTC−3:30."""
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    if not hours and not minutes:
        return UTC
    sign = MINUS if offset < timedelta(0) else "+"
    return f"{UTC}{sign}{hours}:{minutes:02}" if minutes else f"{UTC}{sign}{hours}"
