"""Sending a task without waiting for the broker.

A publish to a frozen broker blocks for seconds whatever its timeouts say, so a thread of its own does it. A message that is
lost costs a few seconds: the database row is the truth, and the sweep sends what no message reached.
"""

import os
import queue
import threading
from contextvars import Context, copy_context
from typing import Any

from celery import Task

from wallet.logs import get_logger

log = get_logger(__name__)

_waiting: queue.Queue[tuple[Context, Task, tuple[Any, ...]]] = queue.Queue(maxsize=1000)
_start = threading.Lock()
_sender: tuple[int, threading.Thread] | None = None


def enqueue(task: Task, *args: Any) -> None:
    """Hands the task to the sender and returns at once. A full queue drops it, which the log says."""
    _ensure_sender()
    try:
        _waiting.put_nowait((copy_context(), task, args))
    except queue.Full:
        log.warning("message_dropped", task=task.name, args=args, then="the sweep sends it")


def _ensure_sender() -> None:
    global _sender
    with _start:
        # A process that was forked has the variable, but not the thread.
        if _sender is None or _sender[0] != os.getpid() or not _sender[1].is_alive():
            thread = threading.Thread(target=_send, args=(_waiting,), name="enqueue", daemon=True)
            _sender = (os.getpid(), thread)
            thread.start()


def _send(waiting: queue.Queue[tuple[Context, Task, tuple[Any, ...]]]) -> None:
    while True:
        context, task, args = waiting.get()
        # In the context of the request that sent it, whose id goes with the message (P17).
        context.run(_publish, task, args)


def _publish(task: Task, args: tuple[Any, ...]) -> None:
    try:
        # Once more over a new connection, should the old one have died meanwhile.
        task.apply_async(args, retry=True, retry_policy={"max_retries": 1, "interval_start": 0})
    except Exception as error:  # noqa: BLE001  # whatever a broker's library raises, the sender goes on
        log.warning("message_not_sent", task=task.name, args=args, error=str(error), then="the sweep sends it")
