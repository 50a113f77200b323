"""Beat sends everything when it starts and after a change of the machine's clock, whatever an older beat left behind."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.beat import PersistentScheduler, Service

from dustsite.beat import Scheduler
from dustsite.celery import app
from wallet import tasks

EVERYTHING = sorted(app.conf.beat_schedule)
# What is sent when there is something to settle: by a round of prices, by the sweep, and by themselves. All else is beat's.
ON_DEMAND = {tasks.settle_round.name, tasks.settle.name}


class Clock:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def tick(self, **length):
        self.now += timedelta(**length)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(app, "now", clock)
    return clock


@pytest.fixture
def sends(monkeypatch, clock):
    """What a scheduler sends until it wants to rest."""
    sent = []
    for kind in (Scheduler, PersistentScheduler):
        monkeypatch.setattr(kind, "producer", None)
        monkeypatch.setattr(kind, "apply_entry", lambda scheduler, entry, producer: sent.append(entry.name))

    def until_it_rests(scheduler):
        sent.clear()
        while scheduler.tick() == 0:
            assert len(sent) < 100, "it never rests"
        return sorted(sent)

    return until_it_rests


@pytest.fixture
def left_by_a_clock_ahead(tmp_path, clock):
    """A file of Celery's own scheduler, which beat wrote while the machine's clock was seven hours ahead."""
    path = tmp_path / "schedule"
    clock.tick(hours=7)
    PersistentScheduler(app, schedule_filename=str(path)).close()
    clock.tick(hours=-7)
    return str(path)


def beat(path):
    """The scheduler that `celery beat --schedule <path>` starts."""
    return Service(app, schedule_filename=path, scheduler_cls=app.conf.beat_scheduler).get_scheduler()


def test_every_task_that_nobody_else_sends_stands_in_the_schedule():
    """Sessions, quotes, sums and the audit too, of which nobody would notice soon that they stopped."""
    scheduled = [entry["task"] for entry in app.conf.beat_schedule.values()]
    ours = {name for name in app.tasks if name.startswith("wallet.")}
    assert sorted(scheduled) == sorted(ours - ON_DEMAND)


def test_everything_is_due_when_beat_starts_and_then_at_its_time(sends, clock, tmp_path):
    scheduler = beat(str(tmp_path / "schedule"))
    assert sends(scheduler) == EVERYTHING
    assert sends(scheduler) == []
    clock.tick(seconds=5)
    assert sends(scheduler) == ["sweep"]
    clock.tick(seconds=5)
    assert sends(scheduler) == ["mails", "prices", "sweep"]
    assert not list(tmp_path.iterdir())


def test_a_file_from_a_clock_that_was_ahead_silences_nobody(sends, left_by_a_clock_ahead):
    assert sends(PersistentScheduler(app, schedule_filename=left_by_a_clock_ahead)) == []
    assert sends(beat(left_by_a_clock_ahead)) == EVERYTHING


def test_a_corrupt_file_silences_nobody(sends, tmp_path):
    (tmp_path / "schedule").write_bytes(b"\x00corrupt")
    assert sends(beat(str(tmp_path / "schedule"))) == EVERYTHING


def test_a_clock_that_is_set_back_under_a_running_beat_silences_nobody(sends, clock, tmp_path):
    scheduler = beat(str(tmp_path / "schedule"))
    sends(scheduler)
    clock.tick(hours=-7)
    assert sends(scheduler) == EVERYTHING
    clock.tick(seconds=5)
    assert sends(scheduler) == ["sweep"]


def test_a_clock_that_is_set_ahead_sends_everything_once(sends, clock, tmp_path):
    scheduler = beat(str(tmp_path / "schedule"))
    sends(scheduler)
    clock.tick(days=2)
    assert sends(scheduler) == EVERYTHING
    clock.tick(seconds=5)
    assert sends(scheduler) == ["sweep"]
