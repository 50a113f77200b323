"""Runs of tests, each in a process that is forked with the libraries loaded already: see mutants.py.

Of the project nothing is loaded before the fork, so that a run meets the copy of it that it is given, from the start.
"""

import gc
import importlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections import defaultdict
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import pytest

OURS = ("dustsite", "tests", "wallet", "__main__")
DATABASE, PREPARED, FOUND, SAID = "test.sqlite3", "prepared.sqlite3", "found.json", "said.txt"
OPTIONS = (
    *("-x", "-q", "--no-header", "--tb=short", "--assert=plain", "-p", "no:cacheprovider"),
    *("--reuse-db", "--hypothesis-profile", "mutants"),
)
# How long a test may take: so many seconds, and so many times what it took before anything was changed.
SECONDS, TIMES = 15, 10


class Known(NamedTuple):
    """Of the project as it is: how long each test takes, and which of them run each line, by file."""

    seconds: dict[str, float]
    runs: dict[str, dict[int, list[str]]]


class Finding:
    """Writes down how long each test took, with what was made for it, and what was loaded of libraries."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        modules = [name for name in sys.modules if name.split(".")[0] not in OURS]
        Path(FOUND).write_text(json.dumps({"modules": modules, "seconds": self.seconds}))


class Chosen:
    """Of the tests that pytest finds those that are wanted, in this order; each is given its time.

    Those that commit come last, as everywhere: the tables are empty after them.
    """

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds
        self.order = {name: at for at, name in enumerate(seconds)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        wanted = [one for one in items if one.nodeid in self.order]
        items[:] = sorted(wanted, key=lambda one: (commits(one), self.order[one.nodeid]))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.alarm(SECONDS + round(TIMES * self.seconds[nodeid]))  # it ends the process, however that hangs


def commits(test: pytest.Item) -> bool:
    marker = test.get_closest_marker("django_db")
    asked = marker is not None and marker.kwargs.get("transaction", False)
    return bool(asked) or "transactional_db" in getattr(test, "fixturenames", ())


def begin(folder: Path, seconds: dict[str, float]) -> int:
    """Begins a run of these tests, in their order, in a copy of the project; the process's id."""
    for ending in ("-wal", "-shm"):
        (folder / (DATABASE + ending)).unlink(missing_ok=True)
    shutil.copyfile(folder / PREPARED, folder / DATABASE)
    return _fork(folder, sorted({name.split("::")[0] for name in seconds}), Chosen(seconds))


def find(folder: Path, tests: list[str]) -> Known:
    """Runs all tests in a copy of the project that is as it should be; raises RuntimeError unless they pass.

    Leaves a database there as it is before the first test, and loads here what the tests have loaded of libraries.
    """
    _pass(_fork(folder, ["tests/test_ledger.py"]), folder)
    with closing(sqlite3.connect(folder / DATABASE)) as made, closing(sqlite3.connect(folder / PREPARED)) as kept:
        made.backup(kept)
    _pass(_fork(folder, [*tests, "--cov", "--cov-context=test", "--cov-report="], Finding()), folder)
    found: dict[str, Any] = json.loads((folder / FOUND).read_text())
    for name in found["modules"]:
        with suppress(Exception):  # those that ask for a project's settings are loaded with it
            importlib.import_module(name)
    gc.freeze()  # no run needs to look through them
    known = _known(folder, found["seconds"])
    # Were this to fail, every change would seem to be noticed.
    _pass(begin(folder, dict.fromkeys(list(known.seconds)[:3], 1.0)), folder)
    return known


def _known(folder: Path, seconds: dict[str, float]) -> Known:
    data = coverage.CoverageData(str(folder / ".coverage"))
    data.read()
    runs = {
        str(Path(file).relative_to(folder)): {
            line: [context.split("|")[0] for context in contexts if context]
            for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    return Known(seconds, runs)


def _pass(pid: int, folder: Path) -> None:
    """Waits for a run that must pass."""
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError((folder / SAID).read_text()[-3000:])


def _fork(folder: Path, arguments: list[str], *plugins: object) -> int:
    if pid := os.fork():
        return pid
    said = os.open(folder / SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(folder)
    sys.path[0] = str(folder)
    for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
        del sys.modules[name]
    os.environ["TEST_DATABASE"] = str(folder / DATABASE)
    status = 1
    try:
        status = pytest.main([*OPTIONS, *arguments], plugins=plugins)
    finally:
        sys.stdout.flush()
        os._exit(status)
