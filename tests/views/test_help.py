from decimal import Decimal

import pytest

from tests.support import factories
from tests.support.html import read

URL = "/help/"


def test_the_rules_stand_in_words_with_the_policys_figures(client, world, text):
    words = text(client.get(URL))
    assert "Balances worth less than 0.0012 BTC each." in words
    assert "Once every 6 hours." in words
    assert "If an asset’s price in BNB moves 5% or more meanwhile, nothing is converted" in words
    assert "There is no fee." in words
    factories.policy(dust_limit_btc=Decimal("0.0003"), interval_seconds=86_400, fee_percent=2)
    words = text(client.get(URL))
    assert "Balances worth less than 0.0003 BTC each." in words
    assert "Once every 24 hours." in words
    assert "A fee of 2% of the BNB" in words


def test_it_says_the_reference_that_is_asked_about_and_nothing_else(client, db, text):
    assert "You ask about CV-7K2M-94QX." in text(client.get(URL, {"reference": "CV-7K2M-94QX"}))
    for wrong in ("", "CV-7K2M", "<script>", "CV-7K2M-94QX<b>"):
        assert "You ask about" not in text(client.get(URL, {"reference": wrong}))


@pytest.mark.parametrize("path", ["/wallet/", "/wallet/dust/", "/conversions/", "/settings/", "/nothing/"])
def test_it_is_linked_from_every_page(signed_in, path):
    link = read(signed_in.get(path)).find("a.help")
    assert (link["href"], link.text) == ("/help/", "Help")


def test_signed_in_or_out_htmx_or_plain_it_is_the_same_page(signed_in, client, db, text):
    headers = {"HX-Request": "true"}
    assert text(signed_in.get(URL)) == text(signed_in.get(URL, headers=headers))
    assert client.get(URL).status_code == 200


def test_only_reading_is_allowed(client, db):
    assert client.post(URL).status_code == 405
