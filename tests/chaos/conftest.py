"""What breaks on purpose: processes, servers and networks of this run's own. Sizes: CHAOS=short (in CI) or full.

The site's processes run on the very database of the test, so that the test drives and judges them with the product's own
verbs, in the customers' place.
"""

import os
import time

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError, connection

from dustsite.celery import app
from tests.support import factories, servers
from tests.support.site import Site, wait_for
from wallet import conversions, tasks
from wallet.audit import audit
from wallet.database.retrying import Busy
from wallet.enqueue import enqueue
from wallet.market import rounds
from wallet.market.demo_assets import DEMO_ASSETS
from wallet.models import Asset, Conversion
from wallet.refusals import Refused

IS_FULL = os.environ.get("CHAOS", "short") == "full"
FIGURES = []


def size(short, full):
    return full if IS_FULL else short


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        terminalreporter.section("figures")
        for line in FIGURES:
            terminalreporter.write_line(line)


@pytest.fixture
def figure(request):
    """Writes a measured figure down for the end of the run."""

    def write(text):
        broker = settings.CELERY_BROKER_URL.partition(":")[0]
        FIGURES.append(f"{request.node.name} [{connection.vendor}, {broker}]: {text}")

    return write


@pytest.fixture
def market(transactional_db):
    """Assets with the demonstration's prices."""
    for entry in DEMO_ASSETS:
        if entry.usd is not None:
            Asset.objects.create(code=entry.code, name=entry.name, scale=entry.scale)
    rounds.refresh()


def customers(prefix, count, **held):
    """Customers, each with these amounts."""
    owners = [User(username=f"{prefix}{number}") for number in range(count)]
    User.objects.bulk_create(owners)
    for owner in owners:
        for code, amount in held.items():
            factories.deposit(owner, code, amount)
    return owners


def confirm(owner, *codes):
    """Convert and Confirm as a customer does: an error is tried again, and an expired quote is a new one."""
    until = time.monotonic() + 60
    while True:
        try:
            return try_to_confirm(owner, codes)
        except (DatabaseError, InterfaceError, Busy):
            connection.close()
        except Refused as refused:
            if refused.code == "in_progress":  # it was confirmed, and the answer was lost
                return Conversion.objects.of(owner).confirmed().get().reference
            if refused.code == "wait":
                return Conversion.objects.of(owner).exclude(status="quoted").get().reference
            if refused.code not in ("quote_expired", "price_unavailable"):
                raise
        assert time.monotonic() < until, "the customer gave up"
        time.sleep(0.1)


def try_to_confirm(owner, codes):
    quote = conversions.quote(user=owner, codes=codes)
    return conversions.confirm(user=owner, reference=quote.reference).reference


def send(reference):
    """What the site does after Confirm."""
    enqueue(tasks.settle, reference)


def unfinished():
    try:
        return Conversion.objects.confirmed().count()
    except (DatabaseError, InterfaceError):
        connection.close()
        return -1


def wait_until_finished(seconds=60, tend=lambda: None):
    """P6: everything confirmed is finished within 60 s of all parts being healthy; how long it took.

    Meanwhile `tend` does what a process manager does.
    """
    began = time.monotonic()
    wait_for(lambda: tend() or unfinished() == 0, seconds, what=f"the end of {unfinished()} conversions")
    return time.monotonic() - began


def outcomes():
    found = {}
    for status, reason in Conversion.objects.exclude(status="quoted").values_list("status", "reason_code"):
        name = f"{status} ({reason})" if reason else status
        found[name] = found.get(name, 0) + 1
    return found


def judge(expected):
    """P1 to P11 as the audit knows them, and one outcome for each conversion that was confirmed."""
    assert list(audit()) == []
    found = outcomes()
    assert sum(found.values()) == expected, found
    assert not [name for name in found if name.startswith(("failed", "confirmed"))], found
    return ", ".join(f"{count} {name}" for name, count in sorted(found.items()))


def database_url():
    """Where the test's own database is."""
    base = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{base['NAME']}"
    return f"postgres://{base['USER']}@{base['HOST']}:{base['PORT']}/{base['NAME']}"


@pytest.fixture
def site(market, tmp_path):
    if settings.CELERY_BROKER_URL.startswith("embedded"):  # its files stand beside the site's database, not beside ours
        folder = f"{connection.settings_dict['NAME']}.broker"
        app.conf.broker_transport_options |= dict.fromkeys(
            ("data_folder_in", "data_folder_out", "control_folder"), folder
        )
    site = Site(tmp_path, database_url())
    yield site
    site.stop()
    connection.close()


def processes(pid):
    """The direct children of a process: a worker's pool."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parent = stat.read().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == pid:
                found.append(int(entry))
    return found


@pytest.fixture
def broker():
    """This run's own broker, to be broken."""
    return next(server for name, server in servers.running().items() if name != "postgres")


@pytest.fixture
def postgres():
    return servers.running()["postgres"]
