"""Lists and tables: their addresses, their columns of figures, and what a screen reader finds in them on a phone."""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.journey import convert
from tests.support.site import wait_for

# The left edge of the first decimal point that is seen in each cell of a column: of what it is worth in the reference
# currency, or of the rest.
POINTS = """(table, column, isWorth) => [...table.tBodies].flatMap((body) => [...body.rows]).flatMap((row) => {
  const walker = document.createTreeWalker(row.cells[column], NodeFilter.SHOW_TEXT), range = document.createRange();
  while (walker.nextNode()) {
    const text = walker.currentNode, at = text.data.search(/\\.\\d|(?<=\\d)\\./);
    if (Boolean(text.parentElement.closest(".worth")) !== isWorth) continue;
    if (at < 0 || !text.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return [range.getBoundingClientRect().left];
  }
  return [];
})"""
# What the cells of figures say that have neither a unit nor a percent sign.
BARE = """(table) => [...table.querySelectorAll("td.n")].map((cell) => [cell, ...cell.querySelectorAll("[data-unit]")]
  .reduce((text, one) => getComputedStyle(one, "::after").content === "none" ? text : `${text} ${one.dataset.unit}`,
    cell.innerText)).filter((text) => /\\d/.test(text) && !/[A-Z%]/.test(text))"""

# How many pixels of a field its placeholder leaves.
ROOM_LEFT = """(field) => {
  const { font, paddingLeft, paddingRight } = getComputedStyle(field), pen = new OffscreenCanvas(1, 1).getContext("2d");
  pen.font = font;
  return field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - pen.measureText(field.placeholder).width;
}"""


def assert_points_aligned(page, table, columns, rows):
    """The decimal points of each column stand below each other, to half a pixel."""
    for column in columns:
        lefts = page.locator(table).evaluate(f"table => ({POINTS})(table, {column}, false)")
        assert len(lefts) >= rows, (table, column)
        worths = page.locator(table).evaluate(f"table => ({POINTS})(table, {column}, true)")
        for one in (lefts, worths):
            assert not one or max(one) - min(one) <= 0.5, (table, column, sorted(set(one)))


def headers(page, table):
    """The names of a table's columns, as they are read out."""
    return re.findall(r'- columnheader "([^"]+)"', page.locator(table).aria_snapshot())


def roles(page):
    """How many rows and cells there are for a screen reader, as the browser itself tells it."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    found = Counter(node["role"]["value"] for node in nodes if not node["ignored"])
    return [found[role] for role in ("table", "row", "columnheader", "rowheader", "cell")]


def test_every_address_of_the_wallet_opens_cold_and_back_leads_through_them(visit):
    page = visit(viewport=DESKTOP)
    codes = page.locator(".holdings tbody b")
    seen = [(page.url, codes.all_inner_texts())]

    def note(address):
        expect(page).to_have_url(re.compile(address))
        expect(codes).not_to_have_text(seen[-1][1])
        seen.append((page.url, codes.all_inner_texts()))

    def shows(rows, url, shown):
        """The same rows; by their value, prices may have changed their order meanwhile."""
        if "sort=name" in url:
            expect(rows).to_have_text(shown)
        else:
            wait_for(lambda: sorted(rows.all_inner_texts()) == sorted(shown))

    page.fill("#search", "co")
    note(r"\?q=co")
    page.locator("#by-name").press("Enter")
    note("sort=name")
    page.fill("#search", "")
    note(r"q=&sort=name|\?sort=name")
    for url, shown in seen:
        cold = page.context.new_page()
        assert cold.goto(url).status == 200
        expect(cold.locator("header.top")).to_be_visible()
        shows(cold.locator(".holdings tbody b"), url, shown)
        cold.close()
    for url, shown in reversed(seen[:-1]):
        page.go_back()
        expect(page).to_have_url(url)
        shows(codes, url, shown)
        expect(page.locator("header.top")).to_be_visible()
    page.locator("#hide").press("Space")
    expect(page.locator("#assets")).to_contain_text("hidden")
    expect(page.locator("#hide")).to_be_focused()
    cold = page.context.new_page()
    assert cold.goto(page.url).status == 200
    expect(cold.locator(".holdings .tag:not(.plain)")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 320])
def test_a_search_says_in_german_too_what_it_is_for(visit, width):
    page = visit(locale="de", viewport={"width": width, "height": 844})
    for path, name in (("/wallet/", "#search"), ("/wallet/dust/", "#find")):
        page.goto(path)
        expect(page.locator(name)).to_have_attribute("placeholder", "Asset suchen")
        page.evaluate("document.fonts.ready.then(() => null)")
        assert page.locator(name).evaluate(ROOM_LEFT) >= 0


def test_on_a_phone_every_list_is_still_a_table_and_every_figure_has_its_unit(visit):
    page = visit(viewport=DESKTOP)
    convert(page, "DOGE", "ETH", "LINK")
    expect(page.locator("#result")).to_be_visible()
    for path, table, columns in (
        ("/wallet/", ".holdings", 4),
        ("/wallet/dust/", ".choices", 5),
        ("/conversions/", ".past", 6),
        (page.url, "#calculation table", 3),
    ):
        page.set_viewport_size(DESKTOP)
        page.goto(path)
        if table == "#calculation table":
            page.click("#record summary")
        rows, heads, before = page.locator(f"{table} tbody tr").count(), headers(page, table), roles(page)
        assert len(heads) == columns
        # Not every browser keeps the roles of rows that are laid out otherwise; said outright, they stay.
        expect(page.locator(f"{table} :is(thead, tbody, tr, th, td):not([role])")).to_have_count(0)
        assert before[1] >= rows + 1
        page.set_viewport_size(PHONE)
        assert headers(page, table) == heads
        *others, cells = roles(page)
        # A phone's wallet says "Small balance" beside the name, and has no cell for it.
        assert [*others, cells + (rows if table == ".holdings" else 0)] == before
        if table != "#calculation table":
            assert page.locator(table).evaluate(BARE) == []


def test_decimal_points_stand_below_each_other(visit):
    page = visit(viewport=DESKTOP)
    page.evaluate("document.fonts.ready.then(() => null)")
    assert_points_aligned(page, ".holdings", [1, 2], rows=18)
    page.goto("/wallet/dust/?all")
    assert_points_aligned(page, ".choices", [2, 3, 4], rows=13)
    convert(page, "DOGE", "ETH", "LINK", "SHIB", "EUR")
    expect(page.locator("#result")).to_be_visible()
    assert_points_aligned(page, "#received table", [1, 2], rows=6)
    page.click("#record summary")
    assert_points_aligned(page, "#calculation table", [1], rows=6)
