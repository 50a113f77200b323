"""What all pages share: weight, first frame, motion, and the way in."""

import gzip
import unicodedata
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.evidence import traced
from tests.support.journey import DARK, MOVING
from tests.support.root import ROOT

FIRST_FRAME = """const look = () => {
  if (document.body) window.firstFrame = getComputedStyle(document.body).backgroundColor;
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);"""
# Where the parts of a page stand, from top to bottom.
PLACES = """async () => {
  await document.fonts.ready;
  return [...document.querySelectorAll("main :is(h1, h2, .card, .bar, .bar *, th, label, button, .button)")]
    .map((one) => `${one.localName}#${one.id} ${one.getBoundingClientRect().top} ${one.getBoundingClientRect().height}`);
}"""

# How wide a text is in an element's place.
WIDTH = """async (element, text) => {
  await document.fonts.ready;
  element.textContent = text;
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect().width;
}"""


def test_a_page_weighs_little_and_asks_nobody_else(visit, site):
    page = visit(viewport=DESKTOP)
    page.wait_for_load_state("networkidle")
    page.route("**/*", lambda route: route.continue_())  # so that nothing comes from the cache
    answers = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # Playwright marks what it is given
    page.goto("/wallet/dust/?all", wait_until="networkidle")
    weights = {"script": 0, "stylesheet": 0}
    for answer in answers:
        kind = answer.request.resource_type
        assert urlsplit(answer.url).netloc == urlsplit(site.url).netloc
        assert kind in ("document", "script", "stylesheet", "font", "other")  # other: the icon
        if kind in weights:
            weights[kind] += len(gzip.compress(answer.body()))
    assert 0 < weights["script"] <= 22 * 1024
    assert 0 < weights["stylesheet"] <= 10 * 1024


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1280", "390"])
def test_nothing_moves_when_the_script_comes(visit, viewport):
    page = visit(viewport=viewport, expects=["ERR_FAILED"])
    for path in ("/wallet/", "/wallet/dust/?asset=DOGE", "/conversions/", "/settings/"):
        page.route("**/js/site*.js", lambda route: route.abort())
        page.goto(path)
        before = page.evaluate(PLACES)
        assert len(before) > 5
        page.unroute("**/js/site*.js")
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("data-ready", "")
        assert page.evaluate(PLACES) == before


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_name_of_sixty_characters_stands_whole_in_the_top(visit, width):
    page = visit(viewport={"width": width, "height": 700})
    page.locator(".brand").evaluate(
        "(brand) => { brand.lastChild.data = 'A long-named exchange'.padEnd(60, ' of coins'); }"
    )
    brand, top = (page.locator(css).bounding_box() for css in (".brand", ".top"))
    assert (brand["y"] >= top["y"], brand["y"] + brand["height"] <= top["y"] + top["height"]) == (True, True)
    assert page.locator(".brand svg").bounding_box()["width"] == 26
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_typeface_has_every_sign_of_the_texts(visit):
    files = [*ROOT.glob("wallet/**/*.py"), *ROOT.glob("wallet/**/*.po"), *ROOT.glob("templates/**/*.html")]
    signs = {sign for file in files for sign in file.read_text(encoding="utf-8") if ord(sign) > 127 and is_ours(sign)}
    assert {"≈", "→", "ü", "’"} <= signs
    page = visit(path="/help/")
    page.evaluate("document.fonts.ready")
    page.evaluate("(signs) => { document.querySelector('h1').textContent = signs; }", "".join(sorted(signs)))
    cdp = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        cdp.send(f"{domain}.enable")
    root = cdp.send("DOM.getDocument")["root"]["nodeId"]
    heading = cdp.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    fonts = cdp.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
    assert [font["isCustomFont"] for font in fonts] == [True], fonts


def test_in_a_column_of_figures_each_is_as_wide_as_the_others(visit):
    page = visit()
    number = page.locator(".num").first
    widths = {digit: number.evaluate(WIDTH, digit * 12) for digit in "0123456789"}
    assert len(set(widths.values())) == 1, widths


def is_ours(sign):
    """Western Europe's letters and whatever else is seen; other letters, as names may have, are the system's to draw."""
    kind = unicodedata.category(sign)[0]
    return sign < "ſ" if kind == "L" else kind not in "ZC"


def test_the_first_frame_has_the_theme_that_was_chosen(visit):
    page = visit(viewport=DESKTOP, path="/settings/", color_scheme="light")
    page.locator("[name=theme][value=dark]").check()
    page.locator("#display .button").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.add_init_script(FIRST_FRAME)
    for path in ("/wallet/", "/wallet/dust/", "/conversions/", "/help/"):
        page.goto(path)
        page.wait_for_function("() => window.firstFrame")
        assert page.evaluate("firstFrame") == DARK


def test_where_motion_is_reduced_nothing_moves(visit):
    page = visit(viewport=PHONE, reduced_motion="reduce")
    for path in ("/wallet/", "/wallet/dust/?all", "/conversions/", "/settings/"):
        page.goto(path)
        assert page.evaluate(MOVING) == []


def test_sign_in_takes_what_clipboards_and_password_managers_bring(chromium, site):
    context = traced(chromium, base_url=site.url, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/accounts/login/")
    page.evaluate("navigator.clipboard.writeText('demo')")
    for name, token in {"login": "username", "password": "current-password"}.items():
        field = page.locator(f"[name={name}]")
        expect(field).to_have_attribute("autocomplete", token)
        field.focus()
        page.keyboard.press("Control+V")
        expect(field).to_have_value("demo")
    assert (
        page.locator("main :is(input, select, canvas, iframe):visible").count() == 4
    )  # and two boxes: show it, stay signed in
    page.keyboard.press("Enter")
    page.wait_for_url("**/wallet/")
    context.close()


def test_a_password_is_shown_to_who_wants_to_see_it(chromium, site):
    page = traced(chromium, base_url=site.url).new_page()
    page.goto("/accounts/login/")
    password = page.locator("[name=password]")
    password.fill("seven wild geese")
    for how, kind in (("check", "text"), ("uncheck", "password")):
        getattr(page.get_by_label("Show password"), how)()
        expect(password).to_have_attribute("type", kind)
        expect(password).to_have_value("seven wild geese")
    plain = traced(chromium, base_url=site.url, java_script_enabled=False).new_page()
    plain.goto("/accounts/login/")
    expect(plain.get_by_text("Show password")).to_be_hidden()
