"""What came, went and was corrected, as its customer reads it and keeps it as a file (P14)."""

import csv

import pytest

from tests.support import factories, proposing
from tests.support.html import read
from wallet import ledger, proposals
from wallet.models import Asset, Customer

URL, FILE = "/wallet/movements/", "/wallet/movements.csv"


@pytest.fixture
def moved(world, tilda, rick):
    """One of each kind, the newest last."""
    for kind in ("deposit", "withdrawal", "correction", "reversal"):
        factories.deposit(world.user, "DOGE", "100", f"before {kind}")
        proposals.approve(by=rick, proposal=proposing.movement(tilda, kind).pk)
    world.settled("ETH")
    return world


def rows(response):
    return [[cell.text for cell in row.elements] for row in read(response).select("tbody tr")]


def test_each_stands_there_as_what_it_is(moved, signed_in):
    found = rows(signed_in.get(URL))
    assert [row[1:] for row in found if "before" not in row[1]][0:3:2] == [
        ["Deposit taken back by Dustsite: A slip.", "−100 DOGE", "Balance 369.5 DOGE"],
        ["Correction by Dustsite: A slip.", "−3 DOGE", "Balance 369.5 DOGE"],
    ]
    assert ["Withdrawal", "−40 DOGE", "Balance 272.5 DOGE"] in [row[1:] for row in found]
    assert ["Deposit", "+12.5 DOGE", "Balance 212.5 DOGE"] in [row[1:] for row in found]
    assert len(found) == 3 + 4 + 4  # no conversion


def test_in_german_too(moved, signed_in):
    Customer.objects.set_display(moved.user, language="de")
    words = [row[1] for row in rows(signed_in.get(URL))]
    assert "Korrektur durch Dustsite: A slip." in words
    assert "Einzahlung von Dustsite zurückgenommen: A slip." in words


def test_the_file_has_the_same(moved, signed_in):
    response = signed_in.get(FILE)
    content = b"".join(response.streaming_content).decode()
    found = list(csv.DictReader(content.splitlines()))
    assert len(found) == 11
    assert [(row["kind"], row["amount"], row["reason"]) for row in found if row["kind"] != "deposit"] == [
        ("reversal", "-100.000000", "A slip."),
        ("correction", "-3.000000", "A slip."),
        ("withdrawal", "-40.000000", ""),
    ]
    assert "T-1" not in content  # evidence is the house's


def test_a_correction_of_before_is_one_too(world, signed_in):
    ledger.adjust(user=world.user, asset=Asset.objects.get(code="DOGE"), units=5, reference="A1")
    assert rows(signed_in.get(URL))[0][1:] == ["Correction by Dustsite", "+0.000005 DOGE", "Balance 100.000005 DOGE"]


def test_others_see_nothing_of_it(moved, client):
    client.force_login(factories.user("other"))
    assert "Nothing came or went yet." in read(client.get(URL)).text
    assert client.post(URL).status_code == 405
    client.logout()
    assert client.get(URL).status_code == client.get(FILE).status_code == 302


def test_older_ones_are_a_page_further(world, signed_in, queries):
    few = queries(signed_in.get, URL)
    for number in range(60):
        factories.deposit(world.user, "LUNC", "1", f"R{number}")
    assert len(queries(signed_in.get, URL)) == len(few)
    first = read(signed_in.get(URL))
    (link,) = [one["href"] for one in first.select("nav a") if one.text == "Older"]
    assert [len(rows(signed_in.get(url))) for url in (URL, link)] == [50, 13]
    assert "There is nothing older here." in read(signed_in.get(f"{URL}?before={'0' * 32}")).text
    assert len(rows(signed_in.get(f"{URL}?before=x"))) == 50
