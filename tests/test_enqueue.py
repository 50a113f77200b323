"""P15: Confirm never waits for the broker, and a broker that fails never breaks the answer."""

import threading
from queue import Queue

import pytest
from structlog.contextvars import bound_contextvars, get_contextvars

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
    fresh = Queue(maxsize=3)
    monkeypatch.setattr(module, "_waiting", fresh)
    monkeypatch.setattr(module, "_sender", None)
    return fresh


def test_it_is_sent_by_a_thread_of_its_own(queue):
    sent, done = [], threading.Event()
    enqueue(Task(lambda args: (sent.append((args, threading.current_thread().name)), done.set())), "CV-1")
    assert done.wait(5)
    assert sent == [(("CV-1",), "enqueue")]


def test_p15_a_frozen_broker_delays_nobody(queue, events):
    """P15: the sender hangs; the callers go on, and what doesn't fit is dropped and logged."""
    frozen, reached = threading.Event(), threading.Event()
    task = Task(lambda args: (reached.set(), frozen.wait(10)))
    enqueue(task, "first")
    assert reached.wait(5)
    for number in range(5):
        enqueue(task, number)
    frozen.set()
    assert {event["then"] for event in events("message_dropped", "WARNING")} == {"the sweep sends it"}


def test_a_broker_that_fails_does_not_end_the_sender(queue, events):
    done = threading.Event()

    def fail(args):
        raise ConnectionError("gone")

    enqueue(Task(fail), "first")
    enqueue(Task(lambda args: done.set()), "second")
    assert done.wait(5)
    lost = events("message_not_sent", "WARNING")
    assert [(event["task"], event["args"], event["error"]) for event in lost] == [("a task", ("first",), "gone")]


def test_p17_what_is_sent_and_what_is_said_of_it_belong_to_the_request(queue, events):
    """P17: also in the sender's own thread, request by request."""
    seen, done = [], threading.Event()
    for request in ("one", "two"):
        with bound_contextvars(request_id=request):
            enqueue(Task(lambda args: seen.append(get_contextvars()["request_id"])), request)
    enqueue(Task(lambda args: (seen.append(get_contextvars()), done.set())))
    assert done.wait(5)
    assert seen == ["one", "two", {}]
