"""The embedded broker: messages are files in one folder, so that a single machine needs no server.

kombu's own file transport writes a message in place while a reader may already be moving it, which loses messages and
kills workers. Here a message appears and is taken by one atomic rename each. What a killed worker held is lost with it;
the sweep sends such work again, as it does for every other broker.
"""

import contextlib
import os
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

from wallet.logs import get_logger

EVENTS = "celeryev"  # Celery's own exchange for them

log = get_logger(__name__)


class Channel(filesystem.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen: defaultdict[str, deque[str]] = defaultdict(deque)  # by queue, what the folder had

    def _queue_bind(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: a routing key is its queue's name, so there is no table of bindings that two processes could spoil."""

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        """What workers say of themselves is for whoever listens, and nobody does: its files would stay for ever."""
        return [] if exchange == EVENTS else [routing_key]

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}"
        draft = folder / f"{name}.draft"
        with draft.open("w", encoding="utf-8") as file:
            file.write(dumps(payload))
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the name without the contents
        draft.rename(folder / f"{name}.msg")

    def _get(self, queue: str) -> Any:
        for name in self._waiting(queue):
            taken = Path(self.data_folder_in, f"{name}.taken")
            try:
                Path(self.data_folder_in, name).rename(taken)
            except FileNotFoundError:  # another worker was first
                continue
            try:
                payload = loads(taken.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                log.exception("message_unreadable", file=taken.name, then="it is left aside")
                continue
            taken.unlink()
            return payload
        raise Empty

    def _waiting(self, queue: str) -> Iterator[str]:
        """The names of the messages, oldest first. The folder is listed when those that were there last time are gone: a
        backlog of thousands would else be listed for each of them.
        """
        seen = self._seen[queue]
        if not seen:
            names = (path.name for path in Path(self.data_folder_in).iterdir())
            seen.extend(sorted(name for name in names if name.partition(".")[2] == f"{queue}.msg"))
        while seen:
            yield seen.popleft()


class Transport(filesystem.Transport):
    """Files for a worker that does not block on them.

    In a worker that blocks, the processes of the pool share one pipe and its lock; whoever is killed while it waits for work
    takes the lock with it, and nobody there is ever given work again. In one with an event loop, each has a pipe of its own.
    """

    Channel = Channel
    implements = filesystem.Transport.implements.extend(asynchronous=True)
    # A disk that is away, or full, is a broker that is away: a worker tries again until it is back, and does not end.
    connection_errors = (*filesystem.Transport.connection_errors, OSError)

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        loop.call_repeatedly(self.polling_interval, self._take, connection)

    def _take(self, connection: Any) -> None:
        """As many messages as there are and the worker has use for."""
        with contextlib.suppress(TimeoutError):  # there is none
            while True:
                self.drain_events(connection, timeout=0)
