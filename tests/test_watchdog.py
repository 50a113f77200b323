"""P6: a worker is started anew when it takes nothing of what waits, and only then."""

import uuid

import pytest
from kombu import Exchange, Queue

from dustsite.celery import app
from dustsite.watchdog import PATIENCE, Watchdog, do_messages_wait


class Worker:
    """What a watchdog sees of its worker and of the broker."""

    def __init__(self):
        self.has_free_slot = self.do_messages_wait = True
        self.watchdog = Watchdog(
            has_free_slot=lambda: self.has_free_slot, do_messages_wait=lambda: self.do_messages_wait
        )

    def is_found_asleep(self, *moments):
        return [self.watchdog.finds_it_asleep(moment) for moment in moments]


@pytest.fixture
def worker():
    return Worker()


def test_who_takes_nothing_while_messages_wait_is_asleep(worker):
    assert worker.is_found_asleep(0, 10, PATIENCE - 1, PATIENCE) == [False, False, False, True]


def test_who_takes_a_message_is_awake(worker):
    assert worker.is_found_asleep(0, PATIENCE - 1) == [False, False]
    worker.watchdog.took()
    assert worker.is_found_asleep(PATIENCE, PATIENCE + 10, 2 * PATIENCE + 9) == [False, False, False]
    assert worker.is_found_asleep(2 * PATIENCE + 10) == [True]


def test_without_beat_nothing_waits_and_nobody_is_asleep(worker):
    worker.do_messages_wait = False
    assert worker.is_found_asleep(0, PATIENCE, 100 * PATIENCE) == [False, False, False]
    worker.do_messages_wait = True  # beat is back, and the first message has not been taken yet
    assert worker.is_found_asleep(101 * PATIENCE) == [False]


def test_an_hour_of_audit_in_the_only_slot_is_no_sleep(worker):
    worker.has_free_slot = False
    assert worker.is_found_asleep(0, PATIENCE, 3600) == [False, False, False]
    worker.has_free_slot = True
    assert worker.is_found_asleep(3601, 3601 + PATIENCE) == [False, True]


def test_its_patience_is_longer_than_the_time_between_two_messages_of_beat_on_any_queue():
    """Else a message that has just come could look like one that nobody takes."""
    shortest = {}
    for entry in app.conf.beat_schedule.values():
        queue = app.conf.task_routes.get(entry["task"], {}).get("queue", app.conf.task_default_queue)
        shortest[queue] = min(entry["schedule"], shortest.get(queue, entry["schedule"]))
    assert shortest.keys() == {queue.name for queue in app.conf.task_queues}
    assert max(shortest.values()) < PATIENCE


def a_queue():
    """A queue of the test's own: another's workers might be waiting at the site's."""
    name = f"watched-{uuid.uuid4()}"
    return Queue(name, Exchange(name), routing_key=name)


def test_the_broker_is_asked_about_the_workers_own_queues():
    watched, other = a_queue(), a_queue()
    with app.connection_for_write() as connection:
        with connection.SimpleQueue(watched) as at_watched, connection.SimpleQueue(other) as at_other:
            at_other.put("something")
            assert not do_messages_wait(app, [watched])
            at_watched.put("something")
            assert do_messages_wait(app, [watched])
            at_watched.clear()
            assert not do_messages_wait(app, [watched])
            at_other.clear()
        for queue in (watched, other):
            queue(connection.channel()).delete()


def test_a_broker_that_is_away_says_nothing(monkeypatch):
    def refuse(**options):
        raise ConnectionRefusedError

    monkeypatch.setattr(app, "connection_for_read", refuse)
    assert not do_messages_wait(app, [a_queue()])
