"""P15: Confirm never waits for the broker, and a broker that fails never breaks the answer."""

import logging
import threading
from queue import Queue

import pytest

from wallet import enqueue as module
from wallet.enqueue import enqueue


class Task:
    name = "a task"

    def __init__(self, publish):
        self.publish = publish

    def apply_async(self, args, **options):
        self.publish(args)


@pytest.fixture
def queue(monkeypatch):
    fresh = Queue(maxsize=2)
    monkeypatch.setattr(module, "_waiting", fresh)
    monkeypatch.setattr(module, "_sender", None)
    return fresh


def test_it_is_sent_by_a_thread_of_its_own(queue):
    sent, done = [], threading.Event()
    enqueue(Task(lambda args: (sent.append((args, threading.current_thread().name)), done.set())), "CV-1")
    assert done.wait(5)
    assert sent == [(("CV-1",), "enqueue")]


def test_p15_a_frozen_broker_delays_nobody(queue, caplog):
    """P15: the sender hangs; the callers go on, and what doesn't fit is dropped and logged."""
    frozen, reached = threading.Event(), threading.Event()
    task = Task(lambda args: (reached.set(), frozen.wait(10)))
    enqueue(task, "first")
    assert reached.wait(5)
    with caplog.at_level(logging.WARNING):
        for number in range(5):
            enqueue(task, number)
    frozen.set()
    assert "the sweep will send" in caplog.text


def test_a_broker_that_fails_does_not_end_the_sender(queue, caplog):
    done = threading.Event()

    def fail(args):
        raise ConnectionError("gone")

    with caplog.at_level(logging.WARNING):
        enqueue(Task(fail), "first")
        enqueue(Task(lambda args: done.set()), "second")
        assert done.wait(5)
    assert "could not send a task('first',): gone" in caplog.text
