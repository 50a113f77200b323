"""The whole job with nothing but a keyboard: read aloud, and in every way in which people set up their browsers."""

import contextlib
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support import pseudo
from tests.support.aloud import Aloud
from tests.support.chromium import DESKTOP
from tests.support.evidence import traced
from tests.support.site import running
from tests.support.tour import touring

SPOKEN = Path(__file__).with_name("spoken.txt")
ZOOMED = {"width": 320, "height": 256}  # a window of 1280 × 1024 at 400%
WAYS = {
    "at 400%": {"viewport": ZOOMED},
    "in forced colours": {"viewport": DESKTOP, "forced_colors": "active"},
    "without motion, in the dark": {"viewport": ZOOMED, "reduced_motion": "reduce", "color_scheme": "dark"},
}
# What is said while it is converted depends on how long that takes, and is heard late or early.
ON_THE_WAY = "Checking prices and converting"
# What is wrong with how the page shows the one that has the focus. A date has parts, and the browser marks the part.
SHOWN = """() => {
  const one = document.activeElement, { top, bottom, left, right } = one.getBoundingClientRect(), found = [];
  if (one === document.body) return found;
  const { outlineStyle, outlineWidth } = getComputedStyle(one), name = one.id || one.textContent.trim();
  if (one.type !== "date" && (outlineStyle === "none" || parseFloat(outlineWidth) < 2)) found.push(`${name} has no outline`);
  if (bottom < 1 || top > innerHeight - 1 || right < 1 || left > innerWidth - 1) found.push(`${name} is out of sight`);
  if (document.documentElement.scrollWidth > innerWidth) found.push(`${name}: the page scrolls sideways`);
  return found;
}"""


def test_the_whole_job_is_heard_as_it_is_written_down(chromium, own_site):
    """SPOKEN=write writes it down anew; what changed in the file is then to be read like any other change."""
    context = traced(chromium, base_url=own_site.url, viewport=DESKTOP, timezone_id="UTC", reduced_motion="reduce")
    aloud = Aloud(context.new_page())
    convert_and_hear(aloud)
    context.close()
    compare(aloud, SPOKEN)


@pytest.mark.parametrize(("changes", "file"), [({}, "spoken_completed.txt"), ({"DOGE": "-6"}, "spoken_stopped.txt")])
def test_what_is_heard_while_it_is_converted_is_what_is_written_down(chromium, tmp_path, changes, file):
    """It takes longer than usual and waits for a price. Each state lasts until the test ends it."""
    with touring(tmp_path, chromium) as tour:
        visitor = tour.stage.customer(small_only=True)
        aloud = Aloud(tour.open("/help/", visitor).context.new_page())
        reference = tour.stage.run(name=visitor["name"], ago=40)
        aloud.page.goto(f"/conversions/{reference}/")
        aloud.arrive(f"**/conversions/{reference}/")
        with news(aloud.page):
            tour.stage.keep_out(whys={"BNB": "disagree"})
        aloud.hear()
        with news(aloud.page):
            tour.stage.observe()
        aloud.hear()
        with news(aloud.page):
            tour.stage.settle(reference=reference, changes=changes)
        expect(aloud.page.locator("#result h1")).to_be_focused()
        aloud.read()
        assert not aloud.messages
    compare(aloud, SPOKEN.with_name(file))


@contextlib.contextmanager
def news(page):
    """The page hears what comes of this at its end, and nothing in between."""
    page.route("**/*seen=*", lambda route: route.fulfill(status=204))
    yield
    page.unroute("**/*seen=*")
    page.evaluate("window.dispatchEvent(new Event('online'))")


def compare(aloud, file):
    if os.environ.get("SPOKEN") == "write":
        file.write_text(aloud.text, encoding="utf-8")
    assert aloud.text == file.read_text(encoding="utf-8")


def convert_and_hear(aloud):
    page = aloud.page
    page.goto("/accounts/login/")
    aloud.arrive("**/accounts/login/")
    aloud.tab_to("[name=login]")
    aloud.type("demo")
    aloud.tab_to("[name=password]")
    aloud.type("demo")
    aloud.press("Enter")
    aloud.arrive("**/wallet/")
    aloud.tab_to("#offer .button")
    aloud.press("Enter")
    aloud.arrive("**/wallet/dust/")
    aloud.tab_to("#find")
    aloud.type("doge")
    aloud.hear()
    aloud.tab_to("#choose-DOGE")
    aloud.press("Space")
    aloud.read()
    aloud.hear()
    aloud.tab_to("#convert")
    aloud.press("Enter")
    expect(page.locator("#review-title")).to_be_focused()
    aloud.read()
    aloud.tab_to("#go")
    aloud.press("Enter")
    expect(page.locator("#result h1")).to_be_focused()
    aloud.arrive("**/conversions/CV-*/")
    aloud.read()
    aloud.tab_to("#record summary")
    aloud.press("Enter")
    aloud.read()
    aloud.tab_to(".brand")  # past the end, and round
    aloud.tab_to(".nav a[href='/conversions/']")
    aloud.press("Enter")
    aloud.arrive("**/conversions/")
    aloud.tab_to(".past a")
    aloud.tab_to(".account summary")
    aloud.press("Enter")
    aloud.read()
    aloud.tab_to(".account button")
    aloud.press("Enter")
    aloud.arrive("**/accounts/login/**")
    assert not [words for words in aloud.messages if ON_THE_WAY not in words]


@pytest.mark.parametrize("way", WAYS)
def test_the_whole_job_can_be_done(visit, way):
    page = visit(path="/wallet/dust/", **WAYS[way])
    convert_by_keyboard(page)


def test_the_whole_job_can_be_done_from_right_to_left(chromium, tmp_path):
    with running(tmp_path, **pseudo.environment(tmp_path)) as site:
        page = traced(chromium, base_url=site.url, viewport=ZOOMED).new_page()
        page.goto("/accounts/login/?next=/wallet/dust/")
        for name in ("login", "password"):
            tab_to(page, f"[name={name}]")
            page.keyboard.type("demo")
        page.keyboard.press("Enter")
        expect(page.locator("#find")).to_be_visible()
        assert page.evaluate("document.dir") == "rtl"
        convert_by_keyboard(page)
        page.context.close()


def tab_to(page, selector):
    """Tab by Tab until this one has the focus; each that has it is seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWN) == []
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"No Tab leads to {selector}.")


def convert_by_keyboard(page):
    """From the dust page to the history, by Tab, Space and Enter alone."""
    tab_to(page, "#find")
    page.keyboard.type("doge")
    tab_to(page, "#choose-DOGE")
    page.keyboard.press("Space")
    expect(page.locator("#summary .big")).to_be_attached()
    tab_to(page, ":is(#convert, #convert-dock)")
    page.keyboard.press("Enter")
    expect(page.locator("#review-title")).to_be_focused()
    tab_to(page, "#go")
    page.keyboard.press("Enter")
    expect(page.locator("#result h1")).to_be_focused()
    tab_to(page, "#actions + .files a[href='/conversions/']")
    page.keyboard.press("Enter")
    expect(page.locator(".past")).to_be_attached()
    tab_to(page, ".past a")
