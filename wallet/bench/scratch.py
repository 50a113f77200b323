"""A database of the run's own, beside the configured one, which is never touched."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection


class Scratch(NamedTuple):
    name: str
    url: str


@contextmanager
def database() -> Iterator[None]:
    """A new, migrated database in the place of the configured one, with the demonstration's prices; gone at the end.

    Processes that are started meanwhile find it too, by DATABASE_URL.
    """
    configured = connection.settings_dict["NAME"]
    make = _on_server if connection.vendor == "postgresql" else _in_file
    with make(configured) as scratch, _demonstration(scratch):
        _use(scratch.name)
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            _use(configured)


@contextmanager
def _on_server(configured: str) -> Iterator[Scratch]:
    name = f"dustsite_bench_{secrets.token_hex(4)}"
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    _execute(f"CREATE DATABASE {name}")
    try:
        yield Scratch(name, url)
    finally:
        _execute(f"DROP DATABASE {name} WITH (FORCE)")
        # Where the settings of each process put what stands beside a database.
        shutil.rmtree(settings.DATA_DIR / f"{name}.broker", ignore_errors=True)


@contextmanager
def _in_file(configured: str) -> Iterator[Scratch]:
    """Beside the configured file, so that it is as durable: the system's own temporary folder may be in memory."""
    beside = Path(configured).resolve().parent
    with tempfile.TemporaryDirectory(prefix="dustsite_bench_", dir=beside) as folder:
        name = f"{folder}/bench.sqlite3"
        yield Scratch(name, f"sqlite:///{name}")


@contextmanager
def _demonstration(scratch: Scratch) -> Iterator[None]:
    kept = {name: os.environ.get(name) for name in ("DATABASE_URL", "PRICE_SOURCE")}
    source = settings.PRICE_SOURCE
    os.environ.update(DATABASE_URL=scratch.url, PRICE_SOURCE="demo")
    settings.PRICE_SOURCE = "demo"
    try:
        yield
    finally:
        settings.PRICE_SOURCE = source
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _execute(statement: str) -> None:
    """One statement to the configured database, which only the server as a whole notices."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)
    connection.close()
