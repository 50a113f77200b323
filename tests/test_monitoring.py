"""Health and metrics on an address of their own: what the site says there, and nothing else of the site."""

import json

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from prometheus_client.parser import text_string_to_metric_families

from dustsite.monitoring import VIEWS, application


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    """The test's own transaction goes on from one request to the next, as in Django's client."""
    monkeypatch.setattr("dustsite.monitoring.close_old_connections", lambda: None)


def ask(path, method="GET", **environ):
    said = {}

    def start(status, headers):
        said.update(status=status, headers=dict(headers))

    asked = RequestFactory().generic(method, path, **environ).environ
    body = b"".join(application(asked, start))
    return said["status"], said["headers"], body


def test_it_says_what_the_site_says_whatever_host_is_asked_for(client, world):
    for path in VIEWS:
        status, headers, body = ask(path, HTTP_HOST="10.0.0.5:9464")
        there = client.get(path)
        assert (status, body) == ("200 OK", there.content)
        assert headers["Content-Type"] == there.headers["Content-Type"]
    assert json.loads(ask("/healthz")[2])["database"]
    assert list(text_string_to_metric_families(ask("/metrics")[2].decode()))


@pytest.mark.parametrize("path", ["/", "/wallet/", "/admin/", "/metrics/", "/healthz/../wallet/", "//metrics"])
def test_there_is_nothing_else_at_that_address(db, path):
    assert ask(path)[0] == "404 Not Found"


@pytest.mark.parametrize("path", VIEWS)
def test_it_is_read_only_and_says_when_the_database_is_away(db, path, monkeypatch):
    assert ask(path, "POST")[0] == "405 Method Not Allowed"
    assert ask(path, "HEAD")[2] == b""

    def away(*args, **options):
        raise OperationalError("gone")

    monkeypatch.setattr("wallet.database.clock.now", away)
    status, _, body = ask(path)
    assert status == "503 Service Unavailable"
    assert b"does not answer" in body
