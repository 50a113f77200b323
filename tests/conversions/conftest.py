import copy

import pytest
from django.conf import settings as site_settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import ConnectionHandler

from dustsite.settings import SQLITE_OPTIONS
from tests.support.databases import database


@pytest.fixture(scope="session")
def databases(django_db_setup, django_db_blocker):
    """The suite's database, and SQLite beside it when that is PostgreSQL."""
    if connection.vendor == "sqlite":
        return [connections["default"]]
    made = copy.deepcopy(site_settings.DATABASES["default"])
    made |= {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": SQLITE_OPTIONS}
    embedded = ConnectionHandler({"default": made})["default"]
    with django_db_blocker.unblock(), database(embedded):
        call_command("migrate", verbosity=0)
    return [connections["default"], embedded]
