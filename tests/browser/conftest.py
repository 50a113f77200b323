import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.support.site import running

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
FLAGS += ["--disable-component-update"]


@pytest.fixture(scope="session")
def chromium():
    assert Path(CHROMIUM).exists(), (
        f"{CHROMIUM} is missing. Install Chromium (Debian: apt install chromium) or set CHROMIUM."
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


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
        page.click("main button")
        page.wait_for_url("**/wallet/")

    return as_demo


@pytest.fixture
def visit(chromium, site, sign_in):
    """Opens a signed-in page; whatever the browser complains about fails the test, but for what it was told to expect."""
    contexts, complaints, expected = [], [], ["status of 422"]

    def open_page(*, path="/wallet/", expects=(), **options):
        expected.extend(expects)
        context = chromium.new_context(base_url=site.url, **{"timezone_id": "UTC", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page)
        if path != "/wallet/":
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [one for one in complaints if not any(words in one for words in expected)] == []
