import pytest
from playwright.sync_api import expect

from tests.support import chromium as chromiums
from tests.support.evidence import keep, traced
from tests.support.site import running

# Under load a page takes longer than the 5 s that Playwright waits by itself; what holds is found as soon as it does.
expect.set_options(timeout=20_000)


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


@pytest.fixture
def site(tmp_path):
    """A site of the test's own: converting starts a wait of six hours."""
    with running(tmp_path) as site:
        yield site


@pytest.fixture
def sign_in():
    def as_demo(page):
        page.goto("/accounts/login/")
        page.fill("[name=login]", "demo")
        page.fill("[name=password]", "demo")
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/wallet/")

    return as_demo


@pytest.fixture
def visit(request, chromium, site, sign_in):
    """Opens a signed-in page; whatever the browser complains about fails the test, but for what it was told to expect."""
    contexts, complaints, expected = [], [], ["status of 422", *chromiums.REPLACED]

    def open_page(*, path="/wallet/", expects=(), **options):
        expected.extend(expects)
        context = traced(chromium, **{"base_url": site.url, "timezone_id": "UTC", **options})
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
