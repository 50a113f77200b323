"""The treasury's page and its file: who reads them, and that both say the same."""

import csv

import pytest

from tests.support import factories, proposing
from tests.support.html import read

PAGE, FILE = "/admin/wallet/houseaccount/treasury/", "/admin/wallet/houseaccount/treasury.csv"


def test_the_page_says_what_is_held_owed_and_short(operator, text):
    page = operator.get(PAGE)
    rows = {
        row.find("th").text: [cell.text for cell in row.select("td")] for row in read(page).select("#position tr")[1:]
    }
    assert rows["DOGE"][:3] == ["100.000000", "0.000000", "100.000000"]
    assert rows["BNB"][2].startswith("-0.0")
    assert rows["total"][0] == ""
    amount = rows["BNB"][2].removeprefix("-")
    assert f"BNB: the house is {amount} short of what customers have been credited." in text(page)


def test_the_file_has_the_cells_of_the_page(operator):
    answer = operator.get(FILE)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    found = list(csv.reader(answer.content.decode().splitlines()))
    shown = [[cell.text for cell in row.elements] for row in read(operator.get(PAGE)).select("#position tr")[1:]]
    assert [row[:-1] for row in found[1:]] == [row[:-1] for row in shown]  # but for the prices' age
    assert found[0][:4] == ["asset", "held", "owed", "own"]


@pytest.mark.parametrize("role", ["viewer", "support", "treasury", "risk", "administrator"])
def test_p20_who_reads_the_position(world, role):
    """P20: support answers customers, and has no part in it."""
    client = proposing.browser(factories.staff(role))
    for address in (PAGE, FILE):
        assert client.get(address).status_code == (403 if role == "support" else 200)
        assert client.post(address).status_code == (403 if role == "support" else 405)


def test_the_list_of_house_accounts_leads_there(operator):
    links = [one["href"] for one in read(operator.get("/admin/wallet/houseaccount/")).select("a")]
    assert PAGE in links


def test_an_empty_site_has_an_empty_position(client, db):
    client.force_login(factories.operator())
    assert client.get(PAGE).status_code == client.get(FILE).status_code == 200
