"""What is shown adds up, from the first tick to the file: rows, totals and fees are the same figures everywhere."""

import csv
import re
from decimal import Decimal

from playwright.sync_api import expect

from tests.support.chromium import DESKTOP


def number(text):
    return Decimal(re.search(r"\d[\d,]*\.?\d*", text)[0].replace(",", ""))


def numbers(found):
    return [number(text) for text in found.all_inner_texts()]


def column(page, table, place):
    """The numbers of a column of figures, and the last one, which is their total."""
    *rows, total = numbers(page.locator(f"{table} tbody tr > :nth-child({place})"))
    return rows, total


def ticked(page, name):
    return [
        number(page.inner_text(f"#{name}-{box.get_attribute('value')}"))
        for box in page.locator("[name=asset]:checked").all()
    ]


def assert_selection_adds_up(page, count):
    summary = page.locator("#summary")
    expect(summary.locator(".sub").last).to_contain_text(f"from {count} ")
    assert len(ticked(page, "get")) == count
    assert sum(ticked(page, "get")) == number(summary.locator(".big").inner_text())
    assert sum(ticked(page, "value")) == number(summary.locator(".sub").last.inner_text().split("worth")[1])
    assert sum(ticked(page, "get")) == number(page.locator(".dock b").text_content())


def test_every_total_is_the_sum_of_the_rows_that_are_shown(visit, policy):
    policy(fee_percent="2.5")
    page = visit(viewport=DESKTOP, path="/wallet/dust/?all")
    assert_selection_adds_up(page, 14)
    page.uncheck("#choose-SHIB")
    page.uncheck("#choose-ETH")
    assert_selection_adds_up(page, 12)
    assert re.search(r"2\.5%\s+·\s+0\.\d{8} BNB", page.inner_text("#summary .facts"))

    page.locator("#convert").click()
    reviewed = number(page.locator("#review .pair strong").inner_text())
    assert re.search(r"2\.5%\s+·\s+0\.\d{8} BNB", page.inner_text("#review .facts"))
    page.locator("#go").click()
    page.wait_for_url("**/conversions/CV-*/")
    expect(page.locator("#received")).to_be_visible()

    received = number(page.locator("h1").inner_text())
    rows, total = column(page, "#received", 2)
    assert (len(rows), sum(rows), total) == (12, total, reviewed)
    rows, total = column(page, "#received", 3)
    assert (sum(rows), total) == (total, received)
    page.click("#record summary")
    parts = [text.split("−") for text in page.locator("#calculation td:last-child small:last-child").all_inner_texts()]
    worked = [(number(gross), number(fee)) for gross, fee in (part for part in parts if len(part) == 2)]
    assert [gross - fee for gross, fee in worked] == rows
    fee = number(page.locator("#record div", has_text="Fee").locator("dd").inner_text())
    assert sum(fee for _, fee in worked) == fee

    lines = list(csv.DictReader(page.request.get(page.url.rstrip("/") + ".csv").text().splitlines()))
    for name, shown in {"estimated_bnb": reviewed, "received_bnb": received, "fee_bnb": fee}.items():
        assert sum(Decimal(line[name]) for line in lines) == shown
    page.goto("/conversions/")
    assert number(page.inner_text(".past tbody td:nth-child(4)")) == fee
    assert number(page.inner_text(".past tbody td:nth-child(5)")) == received
    assert page.inner_text("#found").endswith(f"{received} BNB received")
