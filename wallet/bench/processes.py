"""The processes of a run: clients, each of which does a side's work over a connection of its own, and Celery's workers.

A new process has to set Django up before it loads a model, so this module loads none.
"""

import os
import secrets
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import django
from celery import current_app
from django.conf import settings
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from wallet.bench.errors import BenchError

REDIS = ("redis", "rediss")
SPAWN = get_context("spawn")
# How long a process may take to end by itself, in seconds.
PATIENCE = 10
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


# The ways to settle: the floor's, and the product's for one conversion, for all that wait, and through Celery.
FLOOR, SINGLE, ROUND, CELERY = "floor", "single", "round", "celery"


class Job(NamedTuple):
    """What a client is to do: the way to settle, and its conversions, where the way takes them one at a time."""

    way: str
    references: list[str]


class Work(NamedTuple):
    """What one client did: times in nanoseconds, of a clock that all processes share; `each` of the calls alone."""

    began: int
    ended: int
    each: list[int]
    processor: int
    statements: int


class Clients:
    """Client processes, started as they are needed, that wait for jobs until the end."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.processes: list[tuple[SpawnProcess, Connection]] = []

    def run(self, jobs: Sequence[Job]) -> list[Work]:
        """Each job in a process of its own, all at once. Raises BenchError when one fails."""
        while len(self.processes) < len(jobs):
            self.start()
        pipes = [pipe for _, pipe in self.processes[: len(jobs)]]
        for pipe, job in zip(pipes, jobs, strict=True):
            pipe.send(job)
        return [self.answer(pipe) for pipe in pipes]

    def start(self) -> None:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_serve, args=(theirs, self.log), daemon=True)
        process.start()
        theirs.close()
        self.processes.append((process, ours))
        self.answer(ours)

    def answer(self, pipe: Connection) -> Any:
        try:
            answer = pipe.recv()
        except EOFError:
            raise BenchError(f"A client ended before it had done its work.\n{tail(self.log)}") from None
        if isinstance(answer, str):
            raise BenchError(f"A client failed.\n{answer}")
        return answer

    def end(self) -> None:
        for _, pipe in self.processes:
            pipe.close()  # a client ends with its pipe
        for process, _ in self.processes:
            _end(process, process.terminate)


def _serve(pipe: Connection, log: Path) -> None:
    """A client's life: jobs come and answers go until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started the bench, who ends this process
    _write_to(log)
    django.setup()
    run: Callable[[Job], Work] = import_string("wallet.bench.ways.run")
    pipe.send(True)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(run(job))
        except Exception:  # noqa: BLE001  # whatever it was, whoever started the bench reads it
            pipe.send(traceback.format_exc())


@contextmanager
def workers(count: int, log: Path) -> Iterator[None]:
    """Celery's own workers on the configured broker, so many processes for settlement, and one for prices."""
    settle = settings.CELERY_TASK_DEFAULT_QUEUE
    others = ",".join(queue.name for queue in settings.CELERY_TASK_QUEUES if queue.name != settle)
    with own_keys() as prefix:
        started = [SPAWN.Process(target=_work, args=(*who, prefix, log)) for who in ((settle, count), (others, 1))]
        try:
            for process in started:
                process.start()
            yield
        finally:
            for process in started:
                if process.pid is not None:
                    _end_group(process)
            _forget(prefix)


@contextmanager
def own_keys() -> Iterator[str]:
    """A prefix of this run's own for all that this process keeps on the broker: the messages of a site are left alone."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    kept, prefix = dict(options), f"dustsite_bench_{secrets.token_hex(4)}:"
    _keep_apart(prefix)
    try:
        yield prefix
    finally:
        options.clear()
        options.update(kept)


def hindrance() -> str | None:
    """Why Celery cannot be measured here; None when it can."""
    if urlsplit(settings.CELERY_BROKER_URL).scheme not in REDIS:
        return "CELERY_BROKER_URL names no Redis"
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0)
    except OperationalError:
        return "the Redis that CELERY_BROKER_URL names does not answer"
    return None


def broker_processes() -> list[int]:
    """The process of the configured Redis."""
    with current_app.connection_for_write() as connection:
        return [connection.default_channel.client.info("server")["process_id"]]


def tail(log: Path) -> str:
    """What the processes said last."""
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def _work(queues: str, concurrency: int, prefix: str, log: Path) -> None:
    """A worker's life, in a process group of its own, which is ended as a whole."""
    os.setsid()
    _write_to(log)
    django.setup()
    _keep_apart(prefix)
    name = f"bench-{os.getpid()}@localhost"
    options = ["--pool", "prefork", "--concurrency", str(concurrency), "--hostname", name]
    current_app.worker_main(["--quiet", "worker", "--queues", queues, *options, *QUIET])


def _keep_apart(prefix: str) -> None:
    """Changes the options themselves: Celery reads them there, and takes no others once it has begun."""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = prefix
    if current_app.connection_for_write().transport_options.get("global_keyprefix") != prefix:
        raise BenchError("Celery would not keep its messages apart from those of the site.")


def _forget(prefix: str) -> None:
    """Takes away what the workers left on the broker."""
    with current_app.connection_for_write() as connection:
        client = connection.default_channel.client
        # The client puts the prefix before the keys itself, and gives them back with it.
        for key in list(client.scan_iter(match=f"{prefix}*")):
            client.delete(key.decode().removeprefix(prefix))


def _write_to(log: Path) -> None:
    """What this process says goes to the log, as a site's processes write theirs."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _end_group(process: SpawnProcess) -> None:
    def kill() -> None:
        if process.pid is not None and process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)

    process.terminate()
    _end(process, kill)


def _end(process: SpawnProcess, harder: Callable[[], None]) -> None:
    process.join(PATIENCE)
    if process.is_alive():
        harder()
        process.join()
