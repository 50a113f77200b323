"""What breaks on purpose: processes, servers and networks of this run's own. Sizes: CHAOS=short (in CI) or full.

The site's processes run on the very database of the test, so that the test drives and judges them with the product's own
verbs, in the customers' place.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from dustsite.celery import app
from tests.support import servers
from tests.support.chaos import database_url
from tests.support.site import Site
from wallet.market import rounds
from wallet.market.demo_assets import DEMO_ASSETS
from wallet.models import Asset

FIGURES = []


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


@pytest.fixture
def site(market, tmp_path):
    if settings.CELERY_BROKER_URL.startswith("embedded"):  # its files stand beside the site's database, not beside ours
        folder = f"{connection.settings_dict['NAME']}.broker"
        Path(folder).mkdir(exist_ok=True)
        app.conf.broker_transport_options |= dict.fromkeys(
            ("data_folder_in", "data_folder_out", "control_folder"), folder
        )
    site = Site(tmp_path, database_url())
    yield site
    site.stop()
    connection.close()


@pytest.fixture
def broker():
    """This run's own broker, to be broken. Files have no server."""
    found = [server for name, server in servers.running().items() if name != "postgres"]
    return found[0] if found else pytest.skip("needs a broker of its own: python3 -m tests.support.servers redis -- …")


@pytest.fixture
def postgres():
    return servers.running()["postgres"]
