"""Settings in a real browser: the time zone, the theme, and small balances that stay hidden."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.journey import DARK, LIGHT

KATHMANDU = "UTC+5:45"
NO_PAGE = ["status of 404"]


def ground(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_a_time_zone_changes_the_times_that_are_shown(visit):
    page = visit(viewport=DESKTOP, path="/settings/")
    zone = page.get_by_label("Time zone")
    expect(page.locator("#now")).to_contain_text("UTC now.")
    zone.fill("Kathm")
    expect(page.locator("#now")).to_contain_text("Type a place, like Helsinki")
    zone.fill("kathmandu")
    expect(page.locator("#now")).to_contain_text(f"{KATHMANDU} in Asia/Kathmandu now.")
    expect(zone).to_be_focused()
    page.get_by_role("button", name="Save display settings").click()
    expect(page.locator("#messages")).to_have_text("Your display settings are saved.")
    expect(page.locator("#say")).to_have_text("Your display settings are saved.")
    expect(zone).to_have_value("Asia/Kathmandu")
    page.goto("/wallet/dust/?asset=DOGE")
    offset = page.locator("#summary time").first.get_attribute("datetime")
    assert offset.endswith("+05:45")
    page.get_by_role("button", name="Review conversion").click()
    expect(page.locator("#dialog")).to_contain_text(KATHMANDU)
    page.get_by_role("button", name="Confirm conversion").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You received")
    expect(page.locator("#record")).to_contain_text(KATHMANDU)


def test_a_bad_zone_is_said_where_the_eye_and_the_focus_go(visit):
    page = visit(viewport=PHONE)
    page.locator(".pages summary").click()
    page.locator(".pages").get_by_role("link", name="Settings").click()
    page.get_by_label("Time zone").fill("Mars")
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save display settings").click()
    expect(page.locator("#problem-title")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: Settings"))
    expect(page.get_by_label("Time zone")).to_have_value("Mars")
    expect(page.get_by_label("Dark")).to_be_checked()
    page.get_by_role("link", name="There is no time zone of this name.").click()
    expect(page.get_by_label("Time zone")).to_be_focused()


@pytest.mark.parametrize(("scheme", "theme", "colour"), [("light", "Dark", DARK), ("dark", "Light", LIGHT)])
def test_the_theme_is_there_before_any_script_runs(visit, scheme, theme, colour):
    page = visit(viewport=DESKTOP, path="/settings/", color_scheme=scheme, java_script_enabled=False, expects=NO_PAGE)
    assert ground(page) != colour
    page.get_by_label(theme).check()
    page.get_by_role("button", name="Save display settings").click()
    expect(page.locator("#messages")).to_have_text("Your display settings are saved.")
    assert ground(page) == colour
    for path in ("/wallet/", "/nothing/", "/help/"):
        page.goto(path)
        assert ground(page) == colour


def test_the_browsers_zone_counts_from_the_first_visit_and_is_told_once(visit):
    page = visit(viewport=DESKTOP, timezone_id="Asia/Kathmandu")
    expect(page.locator(".foot")).to_contain_text("Asia/Katmandu")  # Chromium's name for it, an old one
    assert page.locator("main time").first.get_attribute("datetime").endswith("+05:45")
    told = []
    page.on("request", lambda request: told.append(request.url) if "browser-zone" in request.url else None)
    for path in ("/wallet/dust/", "/conversions/"):
        page.goto(path, wait_until="networkidle")
    assert told == []


@pytest.mark.parametrize("script", [True, False], ids=["htmx", "plain"])
def test_hidden_small_balances_stay_hidden_until_they_are_shown(visit, script):
    page = visit(viewport=DESKTOP, java_script_enabled=script)
    page.get_by_label("Hide small balances").check()
    if not script:
        page.get_by_role("button", name="Apply").click()
    expect(page.locator("#assets")).to_contain_text("14 small balances hidden. Show")
    if script:
        expect(page.locator("#hide")).to_be_focused()
    page.goto("/help/")
    page.goto("/wallet/?q=b")
    expect(page.locator("#assets")).to_contain_text("small balance")
    assert page.locator(".holdings .tag:not(.plain)").count() == 0
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#assets")).not_to_contain_text("hidden")
    if script:
        expect(page.locator("#hide")).to_be_focused()
    expect(page.locator("#search")).to_have_value("b")
    page.goto("/wallet/")
    expect(page.locator(".holdings .tag:not(.plain)").first).to_be_visible()


def test_the_wallet_is_sorted_by_its_headers_and_on_a_phone_by_a_list(visit):
    page = visit(viewport=DESKTOP)
    page.get_by_role("link", name="Asset", exact=True).click()
    expect(page.locator(".holdings tbody tr").first).to_contain_text("ADA")
    expect(page.locator("th").first).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#by-name")).to_be_focused()
    expect(page).to_have_url(re.compile("sort=name"))
    page.set_viewport_size(PHONE)
    assert page.locator("#by-name").is_hidden()
    page.get_by_label("Sort by").select_option("Largest first")
    expect(page.locator(".holdings tbody tr").first).to_contain_text("BTC")
