"""P20: what fires, when, and that every name stands in the guide."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support import factories, proposing
from tests.support.root import ROOT
from wallet import alerts
from wallet.models import Conversion, Opening, Price, Pulse
from wallet.models.pulse import AUDIT_FAILED, AUDITED, SWEPT, taken_from
from wallet.watch import LONGEST_TAKEN, Happened, standing

QUEUES = ("settle", "prices", "upkeep")
SECOND = timedelta(seconds=1)


@pytest.fixture
def running(world):
    """A site whose tasks ran just now, and whose house has what it pays."""
    factories.book("BNB", "100")
    for name in (SWEPT, AUDITED, *map(taken_from, QUEUES)):
        Pulse.objects.beat(name, world.clock())
    return world


def firing(world):
    return [condition.name for condition in alerts.firing(standing(world.clock()))]


def test_nothing_fires_on_a_site_that_runs(running):
    running.settled("DOGE")
    assert firing(running) == []


@pytest.mark.parametrize(
    ("name", "pulse", "seconds"),
    [("beat_silent", SWEPT, 30), ("audit_old", AUDITED, 3600)]
    + [(f"queue_{queue}_silent", taken_from(queue), LONGEST_TAKEN[queue].total_seconds()) for queue in QUEUES],
)
def test_what_last_happened_too_long_ago_fires_and_not_a_moment_before(running, name, pulse, seconds):
    Pulse.objects.beat(pulse, running.clock() - timedelta(seconds=seconds))
    assert firing(running) == []
    Pulse.objects.beat(pulse, running.clock() - timedelta(seconds=seconds) - SECOND)
    assert firing(running) == [name]


def test_an_old_price_fires_and_so_does_none(running):
    running.clock.tick(seconds=60)
    Pulse.objects.update(beat_at=running.clock())
    assert firing(running) == []
    running.clock.tick(seconds=1)
    assert "price_old" in firing(running)
    Price.objects.all().delete()
    running.clock.at = standing(running.clock()).began_at + timedelta(hours=2)
    assert "price_old" in firing(running)


def test_a_new_site_has_nothing_that_is_overdue(db, clock):
    clock.at = standing(clock()).began_at + 20 * SECOND
    assert alerts.firing(standing(clock())) == []


def test_a_failed_audit_fires_until_one_passes(running):
    Pulse.objects.beat(AUDIT_FAILED, running.clock() + SECOND)
    assert firing(running) == ["audit_failed"]
    Pulse.objects.beat(AUDITED, running.clock() + 2 * SECOND)
    assert firing(running) == []


def test_the_house_breakers_closing_fires_and_an_operators_does_not(running):
    Opening.objects.create(is_open=False, notice="Upkeep.", reason="A disk.")
    assert firing(running) == []
    proposing.breaker_closes()
    assert firing(running) == ["house_breaker_closed"]


def test_a_house_that_is_short_fires(running):
    factories.book("BNB", "101", "sold")
    assert firing(running) == ["treasury_warns"]


def test_a_conversion_that_is_unfinished_for_three_minutes_fires(running):
    running.confirmed_by_others(1)
    for seconds, expected in ((180, []), (1, ["conversion_stuck"])):
        running.clock.tick(seconds=seconds)
        running.observe()
        Pulse.objects.update(beat_at=running.clock())
        assert firing(running) == expected


def test_a_failed_one_fires_for_a_day(running):
    conversion = running.confirmed_by_others(1)[0]
    Conversion.objects.filter(pk=conversion.pk).update(attempts=5, next_attempt_at=running.clock())
    factories.sweep()
    running.clock.tick(seconds=1)
    assert firing(running) == ["conversion_failed"]


def test_many_stopped_ones_fire_once_enough_have_ended(running):
    at = standing(running.clock())
    few = {"completed": 14, "stopped": 5, "failed": 0}
    for outcomes, expected in (
        (few, []),
        ({**few, "completed": 16, "stopped": 4}, []),
        ({**few, "completed": 15, "stopped": 5}, ["stopped_often"]),
    ):
        told = alerts.firing(replace(at, outcomes=outcomes))
        assert [condition.name for condition in told] == expected


def test_every_alert_stands_in_the_guide():
    names = {condition.name for condition in alerts.conditions()}
    guide = (ROOT / "docs" / "operating.md").read_text().partition("\n### Alerts\n")[2].partition("\n### ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE)) == names


@pytest.mark.parametrize(
    ("ago", "age", "is_never", "is_not_due", "is_old"),
    [
        (None, 10, False, True, False),
        (None, 31, True, False, True),
        (5, 99, False, False, False),
        (31, 99, False, False, True),
    ],
)
def test_what_happens_again_and_again_is_never_not_due_or_old(clock, ago, age, is_never, is_not_due, is_old):
    now = clock()
    at = now - ago * SECOND if ago is not None else None
    one = Happened(at, now, 30 * SECOND, since=now - age * SECOND)
    assert (one.is_never, one.is_not_due, one.is_old) == (is_never, is_not_due, is_old)
