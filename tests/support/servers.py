"""PostgreSQL, Redis and RabbitMQ of a run's own: Debian's packages, on loopback ports and in a folder of their own.

    python3 -m tests.support.servers scratch redis -- make test

starts them in a folder of their own, names them to the command in DATABASE_URL and CELERY_BROKER_URL, and ends them after
it. The command finds them again with `running()`, to stop, kill and freeze them. `scratch` is a PostgreSQL for tests that
lose nothing with the machine, `postgres` one as it comes: for figures, and where it is killed.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

IS_ROOT = os.geteuid() == 0


def free_port() -> int:
    """A port of loopback that nobody listens on.

    It lies below those that connections are given for themselves: one of them would take it while a server is stopped.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def as_user(name: str, *command: str) -> list[str]:
    """PostgreSQL and RabbitMQ refuse to run as root, or leave files that only root can read; they have users of their own."""
    return ["runuser", "-u", name, "--", *command] if IS_ROOT else list(command)


def checked(command: list[str], **options: Any) -> str:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")
    return done.stdout


def has_ended(pid: int) -> bool:
    """Whether a process has ended, though its parent may not have asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Server:
    """One server. It keeps its data in its folder and its process id in a file, so that any process can stop it."""

    user = ""  # who runs it, where root may not
    variable: str  # of the environment, that names it

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    @property
    def url(self) -> str:
        raise NotImplementedError

    def start(self) -> None:
        raise NotImplementedError

    def create(self) -> None:
        self.folder.mkdir(mode=0o755)
        if IS_ROOT and self.user:
            shutil.chown(self.folder, self.user, self.user)

    def launch(self, command: list[str], **options: Any) -> None:
        with (self.folder / "output").open("ab") as output:
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **options
            )

    def listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def wait(self, until: Callable[[], bool], seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise TimeoutError(f"{self.folder.name}: {(self.folder / 'output').read_text()[-2000:]}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        return int((self.folder / "pid").read_text().split()[0])

    def kill(self) -> None:
        """The process ends at once, as if the machine had lost its power."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait(lambda: not self.listens())

    def quit(self) -> None:
        """It is asked to end, and has its time to say so to its clients."""
        pid = self.pid  # read before: its file goes with the server
        os.kill(pid, signal.SIGTERM)
        self.wait(lambda: has_ended(pid))

    def freeze(self) -> None:
        """Its port still accepts; nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        self.kill()

    def make_database(self) -> None:
        """What the site needs in it, once it runs; a broker needs nothing."""


class Postgres(Server):
    user = "postgres"
    variable = "DATABASE_URL"
    settings = ""

    @property
    def url(self) -> str:
        return f"postgres://dustsite@127.0.0.1:{self.port}/dustsite"

    def run(self, program: str, *args: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        checked(as_user(self.user, str(found[-1] / program), *args), cwd="/")

    def create(self) -> None:
        super().create()
        self.run("initdb", "-D", str(self.folder / "data"), "-U", "dustsite", "--auth=trust", "-E", "UTF8")

    def start(self) -> None:
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {self.settings}"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", settings, "start")

    def make_database(self) -> None:
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "dustsite", "dustsite")

    def kill(self) -> None:
        """Every process ends at once, without a word to its clients; the next start recovers from the log."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")


class Scratch(Postgres):
    """One that no loss of power is tried on: it leaves to the system when what it wrote reaches the disk."""

    settings = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


class Redis(Server):
    variable = "CELERY_BROKER_URL"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        self.launch(["redis-server", *options, "--pidfile", str(self.folder / "pid")])
        self.wait(self.listens)
        self.wait((self.folder / "pid").exists)


class Rabbit(Server):
    user = "rabbitmq"
    variable = "CELERY_BROKER_URL"

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def create(self) -> None:
        super().create()
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        (self.folder / "distribution").write_text(str(free_port()))

    def start(self) -> None:
        (self.folder / "pid").unlink(missing_ok=True)
        places = {
            "RABBITMQ_NODENAME": f"dustsite{self.port}@localhost",
            "RABBITMQ_DIST_PORT": (self.folder / "distribution").read_text(),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONFIG_FILE": self.folder / "rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "RABBITMQ_MNESIA_BASE": self.folder / "data",
            "RABBITMQ_LOG_BASE": self.folder / "log",
            "RABBITMQ_PID_FILE": self.folder / "pid",
        }
        # As another user than root or its own, Debian's script refuses; the one behind it does not.
        program = "rabbitmq-server" if IS_ROOT else "/usr/lib/rabbitmq/bin/rabbitmq-server"
        self.launch([program], env={**os.environ, **{name: str(value) for name, value in places.items()}})
        self.wait(self.listens)
        self.wait((self.folder / "pid").exists)


KINDS: dict[str, type[Server]] = {"postgres": Postgres, "scratch": Scratch, "redis": Redis, "rabbitmq": Rabbit}


def running() -> dict[str, Server]:
    """The servers of this run, by name; none when the machine's own are used."""
    if "SERVERS" not in os.environ:
        return {}
    folder = os.environ["SERVERS"]
    ports = json.loads(Path(folder, "ports").read_text())
    return {name: KINDS[name](Path(folder, name), port) for name, port in ports.items()}


def main(names: list[str], command: list[str]) -> int:
    folder = tempfile.mkdtemp(prefix="dustsite-")
    Path(folder).chmod(0o755)
    servers = {name: KINDS[name](Path(folder, name), free_port()) for name in names}
    Path(folder, "ports").write_text(json.dumps({name: server.port for name, server in servers.items()}))
    environment = {**os.environ, "SERVERS": folder}
    started = []
    try:
        for server in servers.values():
            server.create()
            started.append(server)
            server.start()
            server.make_database()
            environment[server.variable] = server.url
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        for server in started:
            try:
                if (server.folder / "pid").exists() and server.listens():
                    server.thaw()
                if server.listens():
                    server.stop()
            except (OSError, RuntimeError) as error:
                print(f"{server.folder.name}: {error}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    at = sys.argv.index("--")
    # Ended from outside, it still ends its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:at], sys.argv[at + 1 :]))
