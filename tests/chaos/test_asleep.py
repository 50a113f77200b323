"""P6, P15: no worker falls asleep, whatever happens to its broker while every slot is at work and more is waiting."""

import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from dustsite.celery import app
from tests.support import busy
from tests.support.broker_faults import frozen, killed, stopped
from tests.support.chaos import processes, processes_as_started, size
from tests.support.proxy import Proxy
from tests.support.servers import has_ended
from tests.support.site import MUTE, QUIET, ROOT, wait_for


@dataclass(frozen=True)
class Shape:
    """How a worker is started."""

    pool: str
    slots: int
    options: list[str]


# Settlement as in docs/operating.md, in processes and not told to keep still; in threads, as in .Procfile; and one process.
# Of what a worker takes, or doesn't, the name of its queue says nothing.
SHAPES = {
    "settle": Shape("prefork", 2, QUIET),
    "prices": Shape("threads", 2, MUTE),
    "upkeep": Shape("prefork", 1, MUTE),
}
WAITING = 10
IS_EMBEDDED = settings.CELERY_BROKER_URL.startswith("embedded")


def start(site, queue):
    shape = SHAPES[queue]
    options = ["--include", "tests.support.busy", *shape.options]
    site.start_worker(queue, queue, pool=shape.pool, concurrency=shape.slots, options=options)


def send(folder, queue, name):
    busy.hold.apply_async((str(folder), name), queue=queue)


def done(folder, queue):
    return len(list(folder.glob(f"{queue}-*.done")))


def fill(folder):
    """Every slot of every worker is at work, and more messages wait."""
    for queue, shape in SHAPES.items():
        for number in range(shape.slots + WAITING):
            send(folder, queue, f"{queue}-{number}")
        wait_for(
            lambda queue=queue, slots=shape.slots: len(list(folder.glob(f"{queue}-*"))) == slots, what="busy slots"
        )


def release(site, folder):
    """Every slot ends what it was at, and every worker finds out that its broker is away."""
    said = {queue: len(site.log(queue)) for queue in SHAPES}
    (folder / busy.RELEASE).touch()
    for queue, shape in SHAPES.items():
        wait_for(lambda queue=queue, slots=shape.slots: done(folder, queue) >= slots, what="the end of what was begun")
        wait_for(lambda queue=queue: len(site.log(queue)) > said[queue], what=f"word from {queue}")


def take_the_next(folder):
    """A message sent now is taken by each worker within the 60 s that P6 leaves."""
    for queue in SHAPES:
        send(folder, queue, f"{queue}-next")
    for queue in SHAPES:
        wait_for((folder / f"{queue}-next.done").exists, what=f"the next message of {queue}, or it sleeps,")


def try_again_and_again(site, fault, tmp_path):
    """Nobody falls asleep and nobody ends for good; the figures."""
    app.control.purge()
    for queue in SHAPES:
        start(site, queue)
    before, slowest, times = processes_as_started(site), 0.0, size(2, 20)
    for number in range(times):
        folder = tmp_path / f"try-{number}"
        folder.mkdir()
        fill(folder)
        with fault():
            release(site, folder)
        began = time.monotonic()
        take_the_next(folder)
        slowest = max(slowest, time.monotonic() - began)
    assert processes_as_started(site) == before
    return f"{times} times, nobody fell asleep; the next messages were taken {slowest:.1f} s after the return at the latest"


@pytest.mark.parametrize("fault", [stopped, killed, frozen])
def test_p6_p15_no_worker_falls_asleep_while_its_broker_is_away(site, broker, figure, fault, tmp_path):
    """P6, P15: all slots at work and ten messages waiting when it goes; the next message is taken when it is back."""
    figure(try_again_and_again(site, lambda: fault(broker), tmp_path))


def test_p6_p15_no_worker_falls_asleep_over_a_network_that_swallows_packets(site, broker, figure, tmp_path):
    """P6, P15: the same, when nothing is ever refused or closed and what is sent just disappears."""
    proxy = Proxy(broker.port)
    site.environment["CELERY_BROKER_URL"] = settings.CELERY_BROKER_URL.replace(str(broker.port), str(proxy.port))

    @contextmanager
    def swallowing():
        proxy.swallows = True
        yield
        proxy.swallows = False

    figure(try_again_and_again(site, swallowing, tmp_path))
    proxy.close()


@pytest.mark.skipif(not IS_EMBEDDED, reason="a server keeps its messages itself")
def test_p6_p15_no_worker_falls_asleep_while_the_folder_of_its_messages_is_away(site, figure, tmp_path):
    """P6, P15: the same, when the disk with the messages goes and comes back."""
    folder = Path(app.conf.broker_transport_options["data_folder_in"])
    aside = folder.with_suffix(".away")

    @contextmanager
    def away():
        folder.rename(aside)
        yield
        aside.rename(folder)

    figure(try_again_and_again(site, away, tmp_path))


@pytest.mark.skipif(not IS_EMBEDDED, reason="a server keeps its messages itself")
def test_p6_p15_no_worker_falls_asleep_while_no_message_can_be_written_nor_taken(site, figure, tmp_path):
    """P6, P15: the same, when the disk with the messages is there, and takes nothing."""
    full = tmp_path / "full"
    (tmp_path / "sitecustomize.py").write_text(
        "import errno, os\n"
        "def while_it_is_not_full(call):\n"
        "    def called(*args, **options):\n"
        f"        if os.path.exists({str(full)!r}):\n"
        "            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))\n"
        "        return call(*args, **options)\n"
        "    return called\n"
        "os.rename, os.fsync = while_it_is_not_full(os.rename), while_it_is_not_full(os.fsync)\n"
    )
    site.environment["PYTHONPATH"] = f"{tmp_path}:{ROOT}"

    @contextmanager
    def filled():
        full.touch()
        yield
        full.unlink()

    figure(try_again_and_again(site, filled, tmp_path))


def test_p6_p15_a_worker_whose_idle_process_is_killed_takes_the_next_message(site, figure, tmp_path):
    """P6, P15: whatever a process of the pool held while it waited for work, the others do not wait for it."""
    app.control.purge()
    (tmp_path / busy.RELEASE).touch()
    start(site, "upkeep")
    slowest, times = 0.0, size(3, 20)
    for number in range(times):
        send(tmp_path, "upkeep", f"upkeep-{number}")
        wait_for((tmp_path / f"upkeep-{number}.done").exists, what="the next message to be taken, or it sleeps,")
        [idle] = wait_for(lambda: processes(site.processes["upkeep"].pid))
        os.kill(idle, signal.SIGKILL)
        wait_for(lambda idle=idle: idle not in processes(site.processes["upkeep"].pid))
        began = time.monotonic()
        send(tmp_path, "upkeep", f"upkeep-{number}-next")
        wait_for((tmp_path / f"upkeep-{number}-next.done").exists, what="the next message to be taken, or it sleeps,")
        slowest = max(slowest, time.monotonic() - began)
    figure(f"{times} idle processes killed; the next message was taken {slowest:.1f} s later at the latest")


@pytest.mark.parametrize("queue", SHAPES)
def test_p6_a_worker_that_takes_nothing_starts_itself_anew(site, figure, queue, tmp_path):
    """P6: should one fall asleep after all, its process goes on as a new worker, and its manager sees nothing."""
    # In its first life the worker never asks for a message. Its watchdog is as impatient as a test.
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from dustsite import watchdog\n"
        "watchdog.LOOK = watchdog.PATIENCE = 2\n"
        "if 'WOKEN' not in os.environ:\n"
        "    os.environ['WOKEN'] = 'yes'\n"
        "    from kombu import Consumer\n"
        "    Consumer.consume = lambda *args, **options: None\n"
    )
    site.environment["PYTHONPATH"] = f"{tmp_path}:{ROOT}"
    app.control.purge()
    (tmp_path / busy.RELEASE).touch()
    start(site, queue)
    worker = site.processes[queue]
    sleeping = wait_for(lambda: processes(worker.pid)) if SHAPES[queue].pool == "prefork" else []
    began = time.monotonic()
    send(tmp_path, queue, f"{queue}-0")
    wait_for((tmp_path / f"{queue}-0.done").exists, what="the message to be taken")
    assert worker.poll() is None
    assert "worker_starts_anew" in site.log(queue)
    wait_for(lambda: all(map(has_ended, sleeping)), what="the end of the first life's processes")
    figure(f"started itself anew and took the message within {time.monotonic() - began:.1f} s")
