"""The history and the receipt in a real browser: filters, chips, the way back, a row that ends by itself, paper."""

import csv
import re

from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.journey import convert


def test_filters_chips_and_the_way_back(visit):
    page = visit(viewport=DESKTOP)
    convert(page, "DOGE", "ETH")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You received")
    page.goto("/conversions/")
    rows, found = page.locator(".past tbody tr"), page.locator("#found")
    expect(rows).to_have_count(1)
    expect(found).to_have_text(re.compile(r"^1 conversion, 0\.\d{8} BNB received$"))

    page.focus("#id_status")
    page.select_option("#id_status", "stopped")
    expect(page.get_by_text("No conversions match these filters.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/conversions/\?status=stopped$"))
    expect(page.locator("#id_status")).to_be_focused()
    expect(page.locator("#say")).to_have_text("0 conversions, 0.00000000 BNB received")

    page.select_option("#id_asset", "DOGE")
    expect(page).to_have_url(re.compile(r"/conversions/\?status=stopped&asset=DOGE$"))
    expect(page.locator(".applied .tag")).to_have_count(2)
    page.get_by_role("link", name="Remove Status: Stopped").click()
    expect(page).to_have_url(re.compile(r"/conversions/\?asset=DOGE$"))
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Last 7 days").click()
    expect(page.locator("#preset-1")).to_be_focused()
    expect(page.locator("#preset-1")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"/conversions/\?from=[\d-]{10}&asset=DOGE$"))

    page.go_back()
    expect(page).to_have_url(re.compile(r"/conversions/\?asset=DOGE$"))
    expect(page.locator(".applied .tag")).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/conversions/\?status=stopped&asset=DOGE$"))
    expect(page.locator("#id_status")).to_have_value("stopped")
    expect(page.get_by_text("No conversions match these filters.")).to_be_visible()


def test_a_filter_that_means_nothing_is_said_and_the_file_has_what_is_shown(visit):
    page = visit(viewport=DESKTOP)
    convert(page, "DOGE", "ETH")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You received")
    page.goto("/conversions/?status=stopped")
    page.fill("#id_from", "2026-11-24")
    page.fill("#id_to", "2026-11-23")
    page.click("#apply")
    expect(page.locator("#records .box")).to_contain_text("The end date must not be before the start date.")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#apply")).to_be_focused()
    expect(page.locator("#id_status")).to_have_value("stopped")
    expect(page.locator("#id_from")).to_have_value("2026-11-24")
    expect(page.locator("#say")).to_have_text("The end date must not be before the start date.")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator(".past tbody tr")).to_have_count(1)

    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename == "conversions-all.csv"
    with open(download.value.path(), newline="", encoding="utf-8") as file:
        assert sorted(row["asset"] for row in csv.DictReader(file)) == ["DOGE", "ETH"]


def test_a_running_row_ends_by_itself_and_then_asks_no_more(visit, own_site):
    page = visit(viewport=DESKTOP)
    own_site.kill("worker")
    convert(page, "LINK")
    page.goto("/conversions/")
    expect(page.locator("#running")).to_contain_text("In progress")
    page.focus("#id_asset")
    own_site.start_worker()
    expect(page.locator("#running")).to_contain_text("Completed", timeout=30_000)
    expect(page.locator("#found")).not_to_contain_text("0.00000000")
    expect(page.locator("#id_asset")).to_be_focused()
    expect(page.locator("#say")).to_contain_text("Completed: CV-")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(4_000)
    assert asked == []


def test_on_a_phone_the_filters_fold_and_every_number_has_its_unit(visit):
    page = visit(viewport=PHONE)
    convert(page, "XRP")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You received")
    page.goto("/conversions/?asset=XRP")
    expect(page.locator("#id_status")).not_to_be_visible()
    page.get_by_text("Filters (1)").click()
    page.focus("#id_status")
    page.select_option("#id_status", "completed")
    expect(page.get_by_text("Filters (2)")).to_be_visible()
    expect(page.locator("#id_status")).to_be_focused()
    expect(page.locator(".past tbody tr")).to_contain_text("Fee None")
    received = page.locator(".past tbody tr [data-unit=BNB]")
    assert received.evaluate("cell => getComputedStyle(cell, '::after').content") != "none"
    expect(received).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_javascript_the_filters_apply(visit):
    page = visit(viewport=DESKTOP, java_script_enabled=False, path="/conversions/")
    page.select_option("#id_status", "failed")
    page.click("#apply")
    expect(page.locator("#records")).to_contain_text("No conversions match these filters.")
    page.click("text=Clear filters >> nth=0")
    expect(page.locator("#records")).to_contain_text("You haven’t converted any small balances yet.")


def test_the_receipt_prints_on_one_page_black_on_white_from_the_dark_theme(visit, tmp_path):
    page = visit(viewport=DESKTOP, color_scheme="dark")
    page.goto("/wallet/dust/?all")
    page.get_by_role("button", name="Review conversion").click()
    page.get_by_role("button", name="Confirm conversion").click()
    page.wait_for_url("**/conversions/CV-*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You received")
    expect(page.locator("#received tbody tr")).to_have_count(15)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    page.emulate_media(media="print", color_scheme="dark")
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]"
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    for gone in (".top", ".row", ".foot"):
        assert not page.locator(gone).first.is_visible()
    for part, wanted in {"thead": "display: table-header-group", "tbody tr": "break-inside: avoid"}.items():
        name, value = wanted.split(": ")
        style = f"getComputedStyle(document.querySelector('#received {part}')).getPropertyValue('{name}')"
        assert page.evaluate(style) == value
    expect(page.locator("#record .paper")).to_contain_text(page.url)
    for folded in ("#record .paper", "#calculation h2"):
        expect(page.locator(folded)).to_be_visible()
    pdf = page.pdf(prefer_css_page_size=True, path=tmp_path / "receipt.pdf")
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
