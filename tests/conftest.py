import os

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, Phase, settings

from tests.support import factories, proposing
from tests.support.clock import Clock
from tests.support.html import read
from wallet.conversions import claims
from wallet.database import clock as real_clock

# Made to be slow, the real hashers would take longer than most tests that make a user. Sign-in is tried with real ones in
# tests/test_site.py and in the browser.
site_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Else each client that a test makes reads the whole of the static files' folders first: a sixth of what the views' tests took.
site_settings.WHITENOISE_AUTOREFRESH = True

# A change of the code is tried with fewer examples: most that notice it do so soon, and nobody reads by which.
settings.register_profile(
    "mutants", max_examples=25, deadline=None, database=None, phases=[Phase.explicit, Phase.generate]
)
# How long an example takes says more of the machine than of the code.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

plain_flush = BaseDatabaseOperations.execute_sql_flush


def flush_in_spite_of_guards(operations, statements):
    """Empties the tables after a transactional test, which the guards refuse to all others; policy and roles come back."""
    if connection.vendor == "postgresql":
        # What a test has written is little: TRUNCATE makes a new file for each table and index instead.
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        deletes = [f'DELETE FROM "{table}"' for table in tables]
        plain_flush(operations, ["SET LOCAL session_replication_role = replica", *deletes])
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        drops = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
        plain_flush(operations, [*drops, *statements, *(sql for _, sql in triggers)])
    factories.policy()
    factories.roles()


BaseDatabaseOperations.execute_sql_flush = flush_in_spite_of_guards


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file of this run's own, so that tests with several threads meet the locks of a real site."""
    if connection.vendor == "sqlite":
        # One that is there already (--reuse-db) where thousands of short runs would each make their own.
        name = os.environ.get("TEST_DATABASE") or tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(name)


@pytest.fixture(autouse=True)
def site_language():
    """A request's language lasts in its thread until the next request; it must not last until the next test."""
    yield
    translation.deactivate()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(real_clock, "now", clock)
    return clock


@pytest.fixture
def world(db, clock):
    """A site at a known moment: policy, assets with fresh prices, and a customer with three small balances."""
    return factories.World(clock)


@pytest.fixture
def chunks_of(monkeypatch):
    """Sets how many conversions, and lines, a chunk may have."""

    def resize(count, lines=400):
        monkeypatch.setitem(claims.CHUNKS, connection.vendor, claims.Chunk(count, lines))

    return resize


@pytest.fixture
def signed_in(client, world):
    client.force_login(world.user)
    return client


@pytest.fixture
def queries():
    """Calls a function; the statements that it sent to the database. There are as many for one row as for many."""

    def sent(call, *args, **options):
        with CaptureQueriesContext(connection) as captured:
            call(*args, **options)
        return [query["sql"] for query in captured]

    return sent


@pytest.fixture
def events(caplog):
    """What was logged so far, by its name: the fields of each."""
    caplog.set_level("INFO")

    def named(event, level=None):
        said = [record for record in caplog.records if isinstance(record.msg, dict) and record.msg["event"] == event]
        return [record.msg for record in said if level in (None, record.levelname)]

    return named


@pytest.fixture
def text():
    """What a page says, without its markup."""

    return lambda response: read(response).text


@pytest.fixture
def paula(world):
    """Who proposes."""
    return proposing.proposer()


@pytest.fixture
def ada(world):
    """Who decides."""
    return proposing.approver()


@pytest.fixture
def asked(world, paula):
    """A fee of 1% in two hours, proposed."""
    return proposing.proposed(paula, world.clock())


@pytest.fixture
def hashed(monkeypatch):
    """The passwords that are hashed, which is what takes long."""
    found, encode = [], MD5PasswordHasher.encode

    def encoded(hasher, password, salt):
        found.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encoded)
    return found


@pytest.fixture
def tilda(world):
    """Of the treasury, who proposes what moves money."""
    return factories.staff("treasury", "tilda")


@pytest.fixture
def rick(world):
    """Of risk, who decides on it."""
    return factories.staff("risk", "rick")
