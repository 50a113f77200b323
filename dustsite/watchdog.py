"""A worker that has fallen asleep starts itself anew.

No way is known by which one could under these settings (tests/chaos/test_asleep.py). Should there be one after all: asleep is
who has a slot free while messages wait, and takes none. Without beat nothing waits; of a broker that is away nobody knows what
waits; and whose slots are all at work, for an hour of audit perhaps, need take nothing. None of them is started anew.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from celery.signals import task_received, task_revoked, worker_ready, worker_shutting_down
from celery.worker import state

from wallet.logs import get_logger

LOOK = 10  # seconds from one look to the next
# In seconds: longer than from one message of beat to the next on any queue, and than a worker waits before it connects again.
PATIENCE = 90

log = get_logger(__name__)


class Watchdog:
    def __init__(self, *, has_free_slot: Callable[[], bool], do_messages_wait: Callable[[], bool]) -> None:
        self.has_free_slot, self.do_messages_wait = has_free_slot, do_messages_wait
        self.has_taken = False
        self.since: float | None = None
        self.ended = threading.Event()

    def took(self, **kwargs: Any) -> None:
        """A message was taken, be it that it had expired."""
        self.has_taken = True

    def end(self, **kwargs: Any) -> None:
        self.ended.set()

    def finds_it_asleep(self, now: float) -> bool:
        """Whether each look of so many seconds found messages waiting, a slot free, and none taken since the look before."""
        has_taken, self.has_taken = self.has_taken, False
        if has_taken or not self.has_free_slot() or not self.do_messages_wait():
            self.since = None
        elif self.since is None:
            self.since = now
        return self.since is not None and now - self.since >= PATIENCE

    def watch(self) -> None:
        while not self.ended.wait(LOOK):
            if self.finds_it_asleep(time.monotonic()):
                log.error("worker_starts_anew", why="messages wait, and none was taken", seconds=PATIENCE)
                start_anew()


def start_anew() -> None:
    """The same command in the same process: whoever manages processes has nothing to do, and need not notice."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def do_messages_wait(app: Any, queues: Iterable[Any]) -> bool:
    """Asks the broker over a connection of its own: the worker's may be what is broken. A broker that is away says nothing."""
    try:
        with app.connection_for_read(transport_options={"read_timeout": 5}) as connection:
            channel = connection.channel()
            return any(queue(channel).queue_declare(passive=True).message_count for queue in queues)
    except Exception:  # noqa: BLE001  # whatever a broker's library raises, it did not say that something waits
        return False


@worker_ready.connect
def start(sender: Any, **kwargs: Any) -> None:
    """Watches the worker, from when it is ready until it is told to stop."""
    watchdog = Watchdog(
        has_free_slot=lambda: len(state.active_requests) < sender.pool.num_processes,
        do_messages_wait=lambda: do_messages_wait(sender.app, sender.app.amqp.queues.consume_from.values()),
    )
    task_received.connect(watchdog.took, weak=False)
    task_revoked.connect(watchdog.took, weak=False)
    worker_shutting_down.connect(watchdog.end, weak=False)
    threading.Thread(target=watchdog.watch, name="watchdog", daemon=True).start()
