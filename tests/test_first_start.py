"""docs/first-start.md, followed to the letter: every command of it, in its order, on a PostgreSQL of the suite's."""

import contextlib
import os
import pty
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.support import exchange as stand_in
from tests.support.mail_server import mail_server
from tests.support.root import ROOT
from tests.support.second_factors import code
from tests.support.starting import KEY

GUIDE = ROOT / "docs/first-start.md"
PASSWORD = "a long and strange password"
# What an administrator does in the browser after the commands: signs in, makes somebody of treasury, who adds the assets.
IN_THE_ADMIN = """
import sys
import django
django.setup()
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support.second_factors import code
from wallet.models import Asset

client = Client(headers={"Host": "dust.example.com"})
secure = {"secure": True, "follow": True}
client.post("/accounts/login/", {"login": sys.argv[1], "password": sys.argv[2], "next": "/admin/"}, **secure)
client.post("/accounts/login/code/", {"code": code(sys.argv[3])}, **secure)
assert client.get("/admin/", secure=True).status_code == 200, "not in the admin"
keeper = User.objects.get(username=sys.argv[1])
keeper.groups.set(Group.objects.filter(name__in=["administrator", "risk"]))
file = SimpleUploadedFile("assets.csv", sys.stdin.read().encode(), "text/csv")
page = client.post("/admin/wallet/asset/file/", {"file": file, "reason": "first start"}, **secure)
assert Asset.objects.count() == 3, page.content.decode()
"""


# The suite's own role and databases have the guide's name.
OURS = "first_start"


def steps():
    """The indented lines under each heading of the guide, by its number."""
    found = {}
    for part in re.split(r"^## ", GUIDE.read_text(), flags=re.MULTILINE)[1:]:
        number = int(part.partition(".")[0])
        lines = re.findall(r"^ {4}(\S.*)$", part, re.MULTILINE)
        if number in (1, 10):
            lines = [re.sub(r"\bdustsite\b(?!\.)", OURS, line) for line in lines]
        found[number] = lines
    return found


class Machine:
    """Where the commands run: the guide's environment and nothing else of ours."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def run(self, command, stdin="", **more):
        """What it printed; a failure when it fails."""
        argv = [sys.executable if word == "python" else word for word in shlex.split(command)]
        if argv[1:2] == ["manage.py"]:
            argv[1] = str(ROOT / "manage.py")
        done = subprocess.run(
            argv,
            cwd=self.folder,
            env=self.environment | more,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def converse(self, command, answers):
        """Runs it at a terminal, and answers each question that it asks in this order; what it printed."""
        argv = [sys.executable if word == "python" else word for word in shlex.split(command)]
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(ROOT)
            os.execvpe(argv[0], argv, self.environment)
        said, told = "", 0
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                read = os.read(terminal, 65_536).decode(errors="replace")
                said, told = said + read, told + len(read)
            asked = next((question for question in answers if said[-told:].rstrip().endswith(question)), None)
            if asked is not None and told:
                answer = answers.pop(asked)
                os.write(terminal, f"{answer(said) if callable(answer) else answer}\n".encode())
                told = 0
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                assert status == 0, said
                return said
        raise TimeoutError(said)


def key(said):
    return re.findall(r"Key: (\w+)", said)[-1]


@pytest.fixture
def machine(tmp_path):
    """With what the guide makes on the server cleared away, before and after."""
    server = connection.settings_dict
    system = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    place = {"PGHOST": server["HOST"], "PGPORT": str(server["PORT"]), "PGUSER": server["USER"]}
    machine = Machine(tmp_path, system | place | {"HOME": str(tmp_path)})

    def clear():
        for what in ("dropdb --if-exists restored", f"dropdb --if-exists {OURS}", f"dropuser --if-exists {OURS}"):
            machine.run(what)

    clear()
    yield machine
    clear()


@pytest.fixture
def outside():
    """What the settings name: two exchanges, and a mail server with what came there."""
    with stand_in.running() as (_, market), stand_in.running() as (_, fallback), mail_server() as (port, postbox):
        settings = {
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "EXCHANGE_URL": market,
            "EXCHANGE_FALLBACK_URL": fallback,
            "EXCHANGE_FALLBACK_ID": "binance",
            "ALLOW_HTTP_EXCHANGE": "true",
        }
        yield settings, postbox


def make_operator(machine, command, name):
    """The key of the new operator's app."""
    said = machine.converse(
        command,
        {
            "User name:": name,
            "Email address:": f"{name}@example.com",
            "Password:": PASSWORD,
            "Password again:": PASSWORD,
            "Code:": lambda said: code(key(said)),
        },
    )
    assert "can sign in now" in said
    return key(said)


def the_environment(lines, settings):
    """The guide's, with what is real here."""
    server = connection.settings_dict
    real = {
        "SECRET_KEY": KEY,
        "DATABASE_URL": f"postgres://{OURS}:{quote(PASSWORD)}@{server['HOST']}:{server['PORT']}/{OURS}",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "dustsite.settings",
    }
    return dict(shlex.split(line)[0].split("=", 1) for line in lines) | settings | real


@pytest.mark.skipif(connection.vendor != "postgresql", reason="The guide is for PostgreSQL.")
def test_the_guide_leads_from_nothing_to_a_proved_backup(machine, outside):
    settings, postbox = outside
    todo = steps()
    asks, *others = todo.pop(1)
    machine.converse(asks, {"role:": PASSWORD, "again:": PASSWORD})
    for command in others:
        machine.run(command)
    machine.environment |= the_environment(todo.pop(2), settings)
    for command in todo.pop(3):
        machine.run(command)
    secret, _ = (make_operator(machine, command, f"keeper{at}") for at, command in enumerate(todo.pop(4)))
    (command,) = todo.pop(5)
    machine.run(command)
    assert postbox.receivers == ["you@example.com"]
    file = "\n".join(todo.pop(7)) + "\n"
    machine.run(shlex.join(["python", "-c", IN_THE_ADMIN, "keeper0", PASSWORD, secret]), stdin=file)
    for command in todo.pop(8):
        machine.run(command)
    (command,) = todo.pop(9)
    assert "The ledger is balanced." in machine.run(command)
    *commands, check, audit = todo.pop(10)
    for command in commands:
        machine.run(command)
    restored = {"DATABASE_URL": machine.environment["DATABASE_URL"].removesuffix(OURS) + "restored"}
    machine.run(check, **restored)
    assert "The ledger is balanced." in machine.run(audit, **restored)
    assert not any(todo.values()), "A step was not followed."
