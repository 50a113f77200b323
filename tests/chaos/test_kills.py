"""P4, P6, P7: worker processes are killed at random while they convert."""

import contextlib
import os
import random
import signal
import time
from collections import Counter

from tests.support.chaos import confirm, customers, judge, processes, send, size, wait_until_finished
from tests.support.site import wait_for
from wallet.models import Conversion


def start(site, name):
    site.start_worker(name, pool="prefork")


def tend(site, names):
    """Starts again what has ended, as whatever manages processes does: a worker whose child is killed while it starts ends."""
    for name in names:
        if site.processes[name].poll() is not None:
            start(site, name)


def pool(site, name):
    """The processes that run the tasks; none while the worker is still starting."""
    tend(site, [name])
    return processes(site.processes[name].pid)


def test_p4_p6_p7_workers_killed_at_random_lose_and_double_nothing(site, figure):
    """P4, P6, P7: a child of the pool, or the whole tree, killed in the middle of a batch, again and again."""
    batches, each = size(8, 110), 10
    chance = random.Random(4)
    names = ["worker0", "worker1"]
    for name in names:
        start(site, name)
    site.start_worker("prices", "prices")
    site.start_beat()
    owners = customers("customer", batches * each, DOGE="100", ADA="10")
    for name in names:
        wait_for(lambda name=name: pool(site, name))
    kills, began = Counter(), time.monotonic()
    for batch in range(batches):
        tend(site, names)
        for owner in owners[batch * each : (batch + 1) * each]:
            confirm(owner, "DOGE", "ADA")
            send()
        time.sleep(chance.uniform(0, 0.15))  # a moment of the batch that nobody chose
        name = chance.choice(names)
        children = wait_for(lambda name=name: pool(site, name))
        if batch % 4:
            with contextlib.suppress(ProcessLookupError):  # it may be ending by itself
                os.kill(chance.choice(children), signal.SIGKILL)
                kills["pool children"] += 1
        else:
            site.kill(name)
            kills["whole trees"] += 1
            start(site, name)
    lasted = time.monotonic() - began
    assert sum(kills.values()) >= size(5, 100)
    for name in names:  # on a busy machine a worker takes as long to start as it has to finish everything
        wait_for(lambda name=name: pool(site, name))
    took = wait_until_finished(tend=lambda: tend(site, names))
    retried = Conversion.objects.filter(attempts__gt=1).count()
    killed = ", ".join(f"{count} {what}" for what, count in kills.items())
    figure(
        f"{len(owners)} conversions in {lasted:.0f} s, killed {killed}; the last finished {took:.1f} s after the last kill;"
        f" {retried} lost an attempt; {judge(len(owners))}"
    )


def test_a_conversion_that_kills_its_worker_each_time_fails_alone(site, figure):
    """P6: nobody else is held up by it, nor fails with it."""
    owners = customers("customer", size(8, 40), DOGE="100", ADA="10")
    poison = confirm(owners[0], "DOGE", "ADA")
    # The worker's process ends in the middle of this one's settlement, as it does when its memory runs out.
    (site.folder / "sitecustomize.py").write_text(
        "import os\n"
        "from django.db.backends.utils import CursorWrapper\n"
        "plain = CursorWrapper.execute\n"
        "def execute(self, sql, params=None):\n"
        f"    if params and {poison!r} in str(params) and 'INSERT INTO \"wallet_transaction' in sql:\n"
        "        os.kill(os.getpid(), 9)\n"
        "    return plain(self, sql, params)\n"
        "CursorWrapper.execute = execute\n"
    )
    site.environment["PYTHONPATH"] = str(site.folder)
    names = ["worker0", "worker1"]
    for name in names:
        site.start_worker(name, pool="threads")
    site.start_worker("prices", "prices")
    site.start_beat()
    restarts = 0
    for owner in owners[1:]:
        confirm(owner, "DOGE", "ADA")
        send()
    began = time.monotonic()
    others = 0.0
    while Conversion.objects.confirmed().exists():
        assert time.monotonic() - began < 180
        if not others and not Conversion.objects.confirmed().exclude(reference=poison).exists():
            others = time.monotonic() - began
        for name in names:
            if site.processes[name].poll() is not None:  # what a process manager does
                restarts += 1
                site.start_worker(name, pool="threads")
        time.sleep(0.1)
    failed = Conversion.objects.get(reference=poison)
    assert (failed.status, failed.reason_code, failed.attempts) == ("failed", "attempts", 5)
    assert Conversion.objects.filter(status="completed").count() == len(owners) - 1
    logs = "".join(site.log(name) for name in names)
    assert f"ERROR wallet.conversions.sweep conversion_failed reference={poison} attempts=5" in logs
    assert restarts == 5
    assert others < 60
    figure(f"it killed 5 workers and failed; the other {len(owners) - 1} were completed within {others:.1f} s")
