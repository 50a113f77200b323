"""Time zones, and the words for times on the days when clocks change and in zones that few think of."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from wallet import formats, refusals, zones


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_zone_of_the_zone_database_can_be_chosen():
    assert {"Europe/Helsinki", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5", "Asia/Calcutta"} < set(
        zones.names()
    )
    assert "localtime" not in zones.names()
    assert "Factory" not in zones.names()
    for name in zones.names():
        assert zones.zone(name) == ZoneInfo(name)
        assert zones.find(name) == name
        assert len(name) <= 64


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("helsinki", "Europe/Helsinki"),
        ("  europe/helsinki ", "Europe/Helsinki"),
        ("New York", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("Mars", None),
        ("", None),
        ("../../etc/passwd", None),
        ("\x00", None),
    ],
)
def test_a_zone_is_found_by_what_people_type(typed, meant):
    assert zones.find(typed) == meant


def test_a_zone_that_the_database_no_longer_has_is_utc():
    assert zones.zone("Europe/Atlantis") == zones.zone("") == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("zone", "moment", "words", "machine"),
    [
        ("Europe/Berlin", "2026-11-22T13:32:19", "22 November 2026, 14:32:19 CET", "2026-11-22T14:32:19+01:00"),
        ("Asia/Kathmandu", "2026-11-22T13:32:19", "22 November 2026, 19:17:19 UTC+5:45", "2026-11-22T19:17:19+05:45"),
        ("America/Sao_Paulo", "2026-11-22T01:00:00", "21 November 2026, 22:00:00 UTC−3", "2026-11-21T22:00:00-03:00"),
        ("America/St_Johns", "2026-11-22T13:32:19", "22 November 2026, 10:02:19 NST", "2026-11-22T10:02:19-03:30"),
        ("Africa/Abidjan", "2026-11-22T13:32:19", "22 November 2026, 13:32:19 GMT", "2026-11-22T13:32:19+00:00"),
        ("Antarctica/Troll", "2026-12-22T13:32:19", "22 December 2026, 13:32:19 UTC", "2026-12-22T13:32:19+00:00"),
        # The clock goes back: the same time of day twice, told apart by the zone's name.
        ("Europe/Berlin", "2026-10-25T00:30:00", "25 October 2026, 02:30:00 CEST", "2026-10-25T02:30:00+02:00"),
        ("Europe/Berlin", "2026-10-25T01:30:00", "25 October 2026, 02:30:00 CET", "2026-10-25T02:30:00+01:00"),
        # The clock goes forward: an hour that does not exist is never said.
        ("Europe/Berlin", "2026-03-29T00:59:59", "29 March 2026, 01:59:59 CET", "2026-03-29T01:59:59+01:00"),
        ("Europe/Berlin", "2026-03-29T01:00:00", "29 March 2026, 03:00:00 CEST", "2026-03-29T03:00:00+02:00"),
        # Lord Howe changes by half an hour.
        ("Australia/Lord_Howe", "2026-04-04T14:59:00", "5 April 2026, 01:59:00 UTC+11", "2026-04-05T01:59:00+11:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:01:00", "5 April 2026, 01:31:00 UTC+10:30", "2026-04-05T01:31:00+10:30"),
        # Apia had no 30 December 2011.
        ("Pacific/Apia", "2011-12-30T09:59:59", "29 December 2011, 23:59:59 UTC−10", "2011-12-29T23:59:59-10:00"),
        ("Pacific/Apia", "2011-12-30T10:00:00", "31 December 2011, 00:00:00 UTC+14", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_moment_is_said_in_the_readers_zone(zone, moment, words, machine):
    with timezone.override(zone):
        assert formats.full_time(at(moment)) == words
        assert formats.machine_time(at(moment)) == machine
        assert formats.clock_time(at(moment)) in words


@pytest.mark.parametrize(
    ("zone", "now", "moment", "words", "left"),
    [
        # Six hours that end at the same time of day as five would, or seven.
        ("Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25T04:00:00", "today at 05:00 CET", "6 hours"),
        ("Europe/Berlin", "2026-03-28T23:00:00", "2026-03-29T05:00:00", "today at 07:00 CEST", "6 hours"),
        ("Australia/Lord_Howe", "2026-04-04T12:00:00", "2026-04-04T18:00:00", "tomorrow at 04:30 UTC+10:30", "6 hours"),
        ("Asia/Kathmandu", "2026-11-22T12:30:00", "2026-11-22T18:30:00", "tomorrow at 00:15 UTC+5:45", "6 hours"),
        (
            "Pacific/Apia",
            "2011-12-30T08:00:00",
            "2011-12-30T14:00:00",
            "on 31 December 2011 at 04:00 UTC+14",
            "6 hours",
        ),
    ],
)
def test_a_wait_over_the_change_is_as_long_as_it_is(zone, now, moment, words, left):
    with timezone.override(zone):
        assert formats.when(at(moment), at(now)) == words
        assert formats.remaining(at(moment), at(now)) == left


def test_a_stored_fact_is_said_in_the_readers_zone():
    facts = {"until_at": "2026-11-22T20:32:00+00:00", "interval": 21_600}
    with timezone.override("Asia/Kathmandu"):
        assert refusals.explain("wait", facts).cause == "You can convert again at 02:17 UTC+5:45 on 23 November 2026."


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "UTC"), (120, "UTC+2"), (-210, "UTC−3:30"), (345, "UTC+5:45"), (840, "UTC+14")]
)
def test_an_offset_in_words(minutes, text):
    assert zones.offset_text(timedelta(minutes=minutes)) == text
