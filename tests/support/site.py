"""The site as it really runs: web, worker, prices and beat as processes of their own, on a database of their own."""

import atexit
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from http.cookiejar import CookieJar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import psycopg

from tests.support.html import Element, read
from tests.support.root import ROOT
from tests.support.servers import free_port

BIN = Path(sys.executable).parent
Found = TypeVar("Found")
QUIET = ["--without-gossip", "--without-mingle"]
# As .Procfile starts workers; docs/operating.md leaves the last one away.
MUTE = [*QUIET, "--without-heartbeat"]


def wait_for(condition: Callable[[], Found], seconds: float = 60, what: str = "it") -> Found:
    """Asks again and again until the condition holds; an error when it does not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not happen within {seconds} s")


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of an empty database, of the kind that the suite runs on."""
    suite = os.environ.get("DATABASE_URL", "")
    if not suite.startswith("postgres"):
        yield f"sqlite:///{folder}/db.sqlite3"
        return
    url = urllib.parse.urlsplit(suite)
    name = f"site_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(suite, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield url._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def prepared() -> str:
    """The address of a prepared site's database, made once in each process of the tests: it takes four seconds and more."""
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    folder = Path(kept.enter_context(TemporaryDirectory(prefix="prepared-")))
    url = kept.enter_context(database(folder))
    Site(folder, url).make()
    return url


# Older rounds would be what the new prices are compared with: what moves within minutes is kept out (M7).
WITHOUT_ROUNDS = "DELETE FROM wallet_marketround"


def copy(made: str, url: str) -> None:
    """What is in the first database in place of what is in the second, but for the rounds of prices."""
    if url.startswith("sqlite"):
        with (
            contextlib.closing(sqlite3.connect(made.removeprefix("sqlite:///"))) as source,
            contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as target,
        ):
            source.backup(target)
            target.execute(WITHOUT_ROUNDS)
            target.commit()
        return
    pattern, name = (urllib.parse.urlsplit(one).path.removeprefix("/") for one in (made, url))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}"')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{pattern}"')
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # no guard and no reference asks, as in that file
        connection.execute(WITHOUT_ROUNDS)


class Site:
    """One site in a folder of its own; `environment` is what differs from the environment of the tests."""

    def __init__(self, folder: Path, database_url: str, **environment: str) -> None:
        self.folder, self.port = folder, free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_plain = not environment
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "REMAP_SIGTERM": "SIGQUIT",
            **environment,
        }

    def manage(self, *args: str) -> str:
        """Runs a command of the site; what it printed."""
        command = [sys.executable, "manage.py", *args]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def set_policy(self, **figures: Any) -> None:
        """A version of the policy with the article's figures, but for these."""
        made = f"factories.policy(**{figures})"
        self.manage("shell", "-c", f"from tests.support import factories; {made}")

    def prepare(self) -> None:
        """The demonstration's database, with prices of now."""
        if not self.is_plain:
            self.make()
            return
        copy(prepared(), self.environment["DATABASE_URL"])
        self.manage("refresh_prices")

    def make(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        self.manage("createcachetable")
        self.manage("seed_demo")

    def start(self, name: str, *command: str) -> None:
        """Starts a process of the site, whose output goes to a log of this name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [BIN / command[0], *command[1:]],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_web(self) -> None:
        options = ["--bind", f"127.0.0.1:{self.port}", "--threads", "8", "--no-control-socket"]
        self.start("web", "gunicorn", "dustsite.wsgi", *options)
        wait_for(self.answers, what="the web process")

    def start_worker(
        self,
        name: str = "worker",
        queues: str = "settle",
        pool: str = "threads",
        concurrency: int = 2,
        options: Sequence[str] = MUTE,
    ) -> None:
        options = [*options, "--pool", pool, "--concurrency", str(concurrency)]
        self.start(name, "celery", "-A", "dustsite", "worker", "-Q", queues, "-n", f"{name}@site", *options)

    def start_beat(self) -> None:
        self.start("beat", "celery", "-A", "dustsite", "beat")

    def start_all(self) -> None:
        self.start_web()
        self.start_worker()
        self.start_worker("prices", "prices")
        self.start_worker("upkeep", "upkeep,mails")
        self.start_beat()

    def answers(self) -> bool:
        try:
            return bool(urllib.request.urlopen(f"{self.url}/healthz").status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str) -> None:
        """Ends a process and its children at once."""
        os.killpg(self.processes.pop(name).pid, signal.SIGKILL)

    def stop(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def running(folder: Path, *, everything: bool = True, **environment: str) -> Iterator[Site]:
    """A site of its own in the folder; not everything: nothing is prepared nor started yet."""
    with database(folder) as url:
        site = Site(folder, url, **environment)
        try:
            if everything:
                site.prepare()
                site.start_all()
            yield site
        finally:
            site.stop()


class Browser:
    """A customer with a browser that knows forms and cookies, and nothing of JavaScript."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.page, self.address = Element(), ""

    def open(self, path: str, fields: dict[str, Any] | None = None) -> Element:
        """The page at the path, or what sending these fields there leads to."""
        data = urllib.parse.urlencode(fields, doseq=True).encode() if fields is not None else None
        address = urllib.parse.urljoin(self.site.url, path)
        request = urllib.request.Request(address, data, headers={"Referer": address})
        try:
            response = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        self.page, self.address = read(response.read().decode()), response.url
        return self.page

    def post(self, path: str, **fields: Any) -> Element:
        """Sends these fields with the token of the page that is open."""
        token = self.page.select("[name=csrfmiddlewaretoken]")[0]["value"]
        return self.open(path, {"csrfmiddlewaretoken": token, **fields})

    def sign_in(self) -> None:
        self.open("/accounts/login/")
        self.post("/accounts/login/", login="demo", password="demo")
