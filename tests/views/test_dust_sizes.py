"""The dust page at its ends: no balance, very many, and the same customer in two tabs."""

import pytest

from tests.support import factories
from tests.support.html import read
from wallet.models import Conversion

URL = "/wallet/dust/"
HTMX = {"HX-Request": "true"}


def test_an_estimate_brings_the_rows_figures_only_where_the_page_shows_others(signed_in, world):
    asked = {"asset": ["DOGE"]}
    shown = {"figures": read(signed_in.get(URL)).find("[name=figures]")["value"]}
    assert not read(signed_in.post(f"{URL}estimate/", asked | shown, headers=HTMX)).select("#figures")
    world.observe(DOGE="0.0000021")
    page = read(signed_in.post(f"{URL}estimate/", asked | shown, headers=HTMX))
    assert {one["data-in"] for one in page.select("#figures b[data-in]")} == {
        f"{what}-{code}" for what in ("value", "get") for code in ("ETH", "DOGE", "EUR")
    }
    shown = {"figures": page.find("[name=figures]")["value"]}
    assert not read(signed_in.post(f"{URL}estimate/", asked | shown, headers=HTMX)).select("#figures")


def test_two_tabs_with_different_selections_each_review_what_they_show(signed_in, world):
    """The selection is the page's own; nothing of it is kept between the two."""
    first, second = (signed_in.post(URL, {"asset": codes}) for codes in (["DOGE"], ["ETH", "EUR"]))
    assert first["Location"] != second["Location"]
    for answer, codes in ((first, ["DOGE"]), (second, ["ETH", "EUR"])):
        quote = Conversion.objects.get(reference=answer["Location"].strip("/").rsplit("/", 1)[-1])
        assert sorted(quote.lines.values_list("asset__code", flat=True)) == sorted(codes)
    confirmed = signed_in.post(f"{first['Location']}confirm/")
    assert confirmed["Location"] == first["Location"]
    refused = signed_in.post(f"{second['Location']}confirm/")
    assert refused.status_code == 409
    assert Conversion.objects.confirmed().count() == 1


@pytest.mark.parametrize("path", ["/wallet/", URL])
def test_a_long_list_has_at_most_a_dozen_elements_a_row(signed_in, world, path):
    """300 balances are then fewer than 4,000 on the page."""
    world.hold_more(51)
    page = read(signed_in.get(path))
    (table,) = page.select("table.dense")
    rows = table.select("tbody tr")
    assert len(rows) > 50
    assert max(1 + len(list(elements(row))) for row in rows) <= 12
    assert len(list(elements(page))) - sum(1 + len(list(elements(row))) for row in rows) < 400


def test_a_long_result_has_at_most_a_dozen_elements_an_asset_and_a_review_four(signed_in, world):
    """The table and the calculation: with 300 assets, fewer than 4,000 on the page."""
    codes = world.hold_more(51)
    review = read(signed_in.post(URL, {"asset": codes}, follow=True))
    assert {1 + len(list(elements(row))) for row in review.select(".given tbody tr")} == {4}
    page = read(signed_in.get(f"/conversions/{world.settled(*codes).reference}/"))
    received, reckoned = page.select("#received tbody tr")[:-1], page.select("#calculation tbody tr")[1:]
    assert len(received) == len(reckoned) == 51
    for pair in zip(received, reckoned, strict=True):
        assert sum(1 + len(list(elements(row))) for row in pair) <= 12


def elements(parent):
    """Every one within it."""
    for child in parent.elements:
        yield child
        yield from elements(child)


def test_a_customer_without_any_balance_is_told_so_on_every_page(client, world, text):
    client.force_login(factories.user("nobody", {}))
    assert "Your wallet is empty. What you deposit appears here." in text(client.get("/wallet/"))
    assert "You have no small balances to convert." in text(client.get(URL))
    assert "Choose at least one balance to convert." in text(client.post(URL, {"asset": []}))
    assert "You haven’t converted any small balances yet." in text(client.get("/conversions/"))
    assert "Nothing came or went yet." in text(client.get("/wallet/movements/"))
    assert client.post(f"{URL}estimate/", {"asset": ["DOGE"]}, headers=HTMX).status_code == 200
