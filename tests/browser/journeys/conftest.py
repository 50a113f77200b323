"""One site for all of these tests. Each opens it as a customer of its own, who has converted nothing yet."""

import json

import pytest

from tests.support.site import running

CUSTOMERS = 30


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Of the session, and not of this folder, which a worker of xdist leaves and enters again."""
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def sessions(site):
    """The session keys of customers, each of whom holds what the demonstration's does."""
    made = site.manage("shell", "-c", f"from tests.support import customers; customers.make({CUSTOMERS})")
    return iter(json.loads(made.splitlines()[-1]))


@pytest.fixture
def sign_in(site, sessions):
    def as_the_next_customer(page):
        page.context.add_cookies([{"name": "sessionid", "value": next(sessions), "url": site.url}])
        page.goto("/wallet/")

    return as_the_next_customer


@pytest.fixture
def policy(site):
    """Changes the figures of the policy in force; they are what they were when the test is over."""
    changed = []

    def change(**figures):
        changed.append(figures)
        site.set_policy(**figures)

    yield change
    if changed:
        change()
