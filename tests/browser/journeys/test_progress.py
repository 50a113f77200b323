"""While a conversion runs: the same one from every side, until a price's change stops it and nothing has changed."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.chromium import DESKTOP
from tests.support.journey import MOVING, convert

HELD = ("BNB", "DOGE", "ETH")


@pytest.fixture
def wake(site):
    """Nothing is settled until the test calls this, or is over."""
    site.kill("worker")

    def start():
        if "worker" not in site.processes:
            site.start_worker()

    yield start
    start()


def balances(page):
    page.goto("/wallet/")
    return {code: page.locator(".holdings tr", has=page.get_by_text(code, exact=True)).inner_text() for code in HELD}


def amounts(page):
    return {code: re.search(r"\d[\d.,]*", text)[0] for code, text in balances(page).items()}


def test_a_running_conversion_is_the_same_from_every_side_until_a_price_stops_it(visit, site, wake):
    page = visit(viewport=DESKTOP, reduced_motion="reduce")
    before = amounts(page)
    convert(page, "DOGE", "ETH")
    address, title = page.url, page.locator("#progress-title").inner_text()
    reference = address.rstrip("/").rsplit("/", 1)[1]
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate(MOVING) == []
    assert page.locator(".foot").bounding_box()["y"] >= DESKTOP["height"]  # the result won't move what is in sight
    page.reload()
    expect(page.locator("#progress-title")).to_have_text(title)
    second = page.context.new_page()
    second.goto(address)
    expect(second.locator("#progress")).to_contain_text(reference)
    page.go_back()
    expect(page.locator(f"#summary .box a[href*='{reference}']")).to_be_visible()
    expect(page.locator("#convert")).to_have_count(0)
    page.go_forward()
    expect(page).to_have_url(address)
    expect(page.locator("#progress")).to_contain_text(reference)

    # In one command: the demonstration's next round would bring the price back.
    settle = f"customers.change_price('DOGE'); conversions.settle(reference='{reference}')"
    site.manage("shell", "-c", f"from tests.support import customers; from wallet import conversions; {settle}")
    for tab in (page, second):
        heading = tab.locator("#result h1")
        expect(heading).to_be_focused()
        expect(tab).to_have_title(re.compile(re.escape(heading.inner_text())))
        expect(tab.locator("#result .lede")).to_contain_text(re.compile(r"DOGE .*\b\d+\.\d\d%"))
        expect(tab.locator("#moves tr.over")).to_contain_text("DOGE")
    assert amounts(page) == before
    page.goto("/wallet/dust/")
    expect(page.locator("#convert")).to_be_visible()


def test_a_link_in_a_running_row_keeps_the_focus_while_the_row_is_drawn_anew(visit, wake):
    page = visit(viewport=DESKTOP)
    convert(page, "DOGE")
    page.goto("/conversions/")
    link = page.locator("#running a")
    link.focus()
    link.evaluate("node => { node.dataset.old = true; }")
    expect(page.locator("#running a:not([data-old])")).to_be_focused(timeout=10_000)
    wake()
    expect(page.locator("#running[hx-get]")).to_have_count(0)
    expect(link).to_be_focused()
