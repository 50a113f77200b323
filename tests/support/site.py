"""The site as it really runs: web, worker, prices and beat as processes of their own, on a database of their own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg

from tests.support.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]


def wait_for(condition, seconds=60, what="it"):
    """Asks again and again until the condition holds; an error when it does not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not happen within {seconds} s")


@contextlib.contextmanager
def database(folder):
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


class Site:
    def __init__(self, folder, database_url, **environment):
        self.folder, self.port, self.processes = folder, free_port(), {}
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "REMAP_SIGTERM": "SIGQUIT",
            **environment,
        }

    def manage(self, *args):
        command = [sys.executable, "manage.py", *args]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def prepare(self):
        self.manage("migrate", "--verbosity", "0")
        self.manage("createcachetable")
        self.manage("seed_demo")

    def start(self, name, *command):
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [BIN / command[0], *command[1:]],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def start_web(self):
        self.start(
            "web",
            "gunicorn",
            "dustsite.wsgi",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--threads",
            "8",
            "--no-control-socket",
        )
        wait_for(self.answers, what="the web process")

    def start_worker(self, name="worker", queues="settle", pool="threads", concurrency=2):
        options = ["--pool", pool, "--concurrency", str(concurrency)]
        self.start(name, "celery", "-A", "dustsite", "worker", "-Q", queues, "-n", f"{name}@site", *options, *QUIET)

    def start_beat(self):
        self.start("beat", "celery", "-A", "dustsite", "beat", "--schedule", str(self.folder / "beat"))

    def start_all(self):
        self.prepare()
        self.start_web()
        self.start_worker()
        self.start_worker("prices", "prices")
        self.start_worker("upkeep", "upkeep")
        self.start_beat()

    def answers(self):
        try:
            return urllib.request.urlopen(f"{self.url}/healthz").status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def kill(self, name):
        os.killpg(self.processes.pop(name).pid, signal.SIGKILL)

    def stop(self):
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
def running(folder, *, everything=True, **environment):
    with database(folder) as url:
        site = Site(Path(folder), url, **environment)
        try:
            if everything:
                site.start_all()
            yield site
        finally:
            site.stop()


class Browser:
    """A customer with a browser that knows forms and cookies, and nothing of JavaScript."""

    def __init__(self, site):
        self.site = site
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.page, self.address = "", ""

    def open(self, path, fields=None):
        data = urllib.parse.urlencode(fields, doseq=True).encode() if fields is not None else None
        address = urllib.parse.urljoin(self.site.url, path)
        request = urllib.request.Request(address, data, headers={"Referer": address})
        try:
            response = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        self.page, self.address = response.read().decode(), response.url
        return self.page

    def post(self, path, **fields):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)[1]
        return self.open(path, {"csrfmiddlewaretoken": token, **fields})

    def sign_in(self):
        self.open("/accounts/login/")
        self.post("/accounts/login/", login="demo", password="demo")
