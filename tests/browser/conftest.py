import itertools
import json

import pytest
from playwright.sync_api import expect

from tests.support import chromium as chromiums
from tests.support.evidence import keep, traced
from tests.support.site import running

# Under load a page takes longer than the 5 s that Playwright waits by itself; what holds is found as soon as it does.
expect.set_options(timeout=20_000)

BATCH = 15  # customers made at once


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when != "teardown" and report.failed and "chromium" in item.funcargs:
        contexts = item.funcargs["chromium"].contexts
        if contexts:
            report.sections.append(("kept", str(keep(item.name, contexts))))
    return report


@pytest.fixture(scope="session")
def chromium():
    with chromiums.launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """One site for most tests. Each opens it as a customer of its own, who has converted nothing yet."""
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def own_site(tmp_path):
    """A site of the test's own, for those that stop its processes or change what lasts."""
    with running(tmp_path) as site:
        yield site


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


@pytest.fixture(scope="session")
def sessions(site):
    """The session keys of the site's customers, each of whom holds what the demonstration's does."""

    def made():
        for batch in itertools.count():
            code = f"from tests.support import customers; customers.make({batch * BATCH}, {BATCH})"
            yield from json.loads(site.manage("shell", "-c", code).splitlines()[-1])

    return made()


@pytest.fixture
def home(request):
    """The site that the test opens."""
    return request.getfixturevalue("own_site" if "own_site" in request.fixturenames else "site")


@pytest.fixture
def sign_in(request, home):
    def as_demo(page):
        page.goto("/accounts/login/")
        page.fill("[name=login]", "demo")
        page.fill("[name=password]", "demo")
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/wallet/")

    def as_the_next_customer(page):
        session = next(request.getfixturevalue("sessions"))
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": home.url}])
        page.goto("/wallet/")

    return as_demo if "own_site" in request.fixturenames else as_the_next_customer


@pytest.fixture
def visit(request, chromium, home, sign_in):
    """Opens a signed-in page; whatever the browser complains about fails the test, but for what it was told to expect."""
    contexts, complaints, expected = [], [], ["status of 422", *chromiums.REPLACED]

    def open_page(*, path="/wallet/", expects=(), **options):
        expected.extend(expects)
        context = traced(chromium, **{"base_url": home.url, "timezone_id": "UTC", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page)
        if path != "/wallet/":
            page.goto(path)
        return page

    yield open_page
    strange = [one for one in complaints if not any(words in one for words in expected)]
    kept = keep(f"{request.node.name}-complaints", contexts) if strange else None
    for context in contexts:
        context.close()
    assert strange == [], f"kept: {kept}"
