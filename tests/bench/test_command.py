"""The whole bench, quickly and on a database of its own. No time is judged here."""

import json
import os
import signal
import subprocess
import sys
from functools import partial

import psycopg
import pytest
from celery import Celery, current_app
from django.core.management import CommandError, call_command

from tests.support.root import ROOT
from wallet.bench import processes


def bench(folder, *options):
    """A bench on the kind of database that the suite runs on, as whoever types the command starts it."""
    environment = {"DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", **os.environ}
    return subprocess.Popen(
        [sys.executable, "manage.py", "bench", *options],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # What runs in a shell's background ignores Ctrl-C, and so would whatever it starts.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # no threads here
    )


def left_over(folder):
    """What stands in the folder, and the databases of benches on the suite's server."""
    found = sorted(path.name for path in folder.iterdir() if path.name != "results.json")
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            found += connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'dustsite_bench%'"
            ).fetchall()
    return [name for name in found if "site.sqlite3.broker" not in name]


def test_a_quick_bench_proves_that_both_sides_write_the_same_and_judges_no_time(tmp_path):
    running = bench(tmp_path, "settle", "--quick", "--json", str(tmp_path / "results.json"))
    said, errors = running.communicate()
    assert running.returncode == 0, errors
    assert "write the same rows for 25 conversions" in said
    results = json.loads((tmp_path / "results.json").read_text())["results"]
    names = {result["name"] for result in results}
    assert {"settle single, 20 lines, 1 client", "settle rounds, 5 lines, 2 clients"} <= names
    if os.environ.get("CELERY_BROKER_URL", "").startswith("redis"):
        assert any("Celery" in name for name in names)
    else:
        assert "Through Celery: left out, because CELERY_BROKER_URL names no Redis." in said
    for result in results:
        assert list(result) == ["name", "value", "unit", "floor", "ratio", "target", "met"]
        assert [result[name] for name in ("value", "floor", "ratio", "met")] == [None] * 4
    assert left_over(tmp_path) == []


def test_a_bench_that_is_interrupted_leaves_nothing(tmp_path):
    running = bench(tmp_path, "settle", "--quick", "--reps", "1000")
    for said in running.stdout:
        if "write the same rows" in said:
            break
    running.send_signal(signal.SIGINT)
    running.communicate()
    assert running.returncode == 130
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["pages"], "choose from .*settle.*all"),
        (["--clients", "0"], "not a number from 1 on"),
        (["--assets", "5,x"], "“x” is not a number"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(options, words):
    with pytest.raises(CommandError, match=words):
        call_command("bench", *options)


def test_messages_are_kept_apart_from_those_of_the_site():
    def prefix():
        return current_app.connection_for_write().transport_options.get("global_keyprefix")

    with processes.own_keys() as own:
        assert own.startswith("dustsite_bench_")
        assert prefix() == own
    assert prefix() is None


def test_a_redis_that_does_not_answer_is_a_reason_to_leave_celery_out(settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setenv("CELERY_BROKER_URL", settings.CELERY_BROKER_URL)  # which Celery asks first
    broken = Celery(broker=settings.CELERY_BROKER_URL, set_as_current=False)
    monkeypatch.setattr(processes, "current_app", broken)
    assert processes.hindrance() == "the Redis that CELERY_BROKER_URL names does not answer"
