"""What the wallet says of its list, and of a balance that has no price."""

from fractions import Fraction

import pytest

from tests.support import pages
from wallet.pages import markup
from wallet.pages.wallet import Search, WalletPage


def page(*holdings, text="", is_by_name=False, hides_small=False):
    portfolio = pages.portfolio(*holdings)
    return WalletPage(portfolio, pages.eligibility(), Search(text, is_by_name), hides_small, converting=0)


def test_a_row_says_whether_it_is_small_and_has_no_value_without_a_price(doge, eth):
    rows = page(doge, eth).assets.rows
    assert [(row.code, row.note) for row in rows] == [("DOGE", "Small balance"), ("ETH", "")]
    assert [row.value == "Price unavailable" for row in rows] == [False, True]


@pytest.mark.parametrize(
    ("hides_small", "words"),
    [(False, "2 assets shown"), (True, "1 asset shown, 1 small balance hidden")],
)
def test_what_is_heard_counts_what_is_shown_and_what_is_hidden(doge, eth, hides_small, words):
    assert page(doge, eth, hides_small=hides_small).assets.say == words


@pytest.mark.parametrize(
    ("text", "hides_small", "words", "is_not_found"),
    [
        ("", True, "All your balances are small, and hidden.", False),
        ("do<", False, "No asset matches “do<”.", True),
        ("doge", True, "All your balances like “doge” are small, and hidden.", False),
    ],
)
def test_an_empty_list_says_why(doge, text, hides_small, words, is_not_found):
    found = page(doge, text=text, hides_small=hides_small).assets
    assert (found.rows, found.empty, found.is_not_found) == ([], words, is_not_found)


def test_an_empty_wallet_is_worth_nothing_and_says_what_will_be_here():
    found = page()
    assert found.assets.empty == "Your wallet is empty. What you deposit appears here."
    assert (found.assets.is_not_found, found.has_no_prices, found.unpriced) == (False, False, "")
    assert found.total == '<data value="0.00000000"><span class="z">0.0000000</span>0</data>'


def test_a_wallet_of_crumbs_is_not_said_to_be_worth_nothing():
    crumb = pages.holding("DOGE", "0.003")
    assert ">&lt;0.00000001<" in page(crumb).total
    assert ">1<" in page(crumb, crumb).total


def test_what_has_no_price_is_not_counted_and_says_so(doge, eth):
    found = page(doge, eth)
    assert found.unpriced == "1 without a current price isn’t counted."
    assert found.prices.age_seconds == 0


def test_without_any_price_there_is_no_total(eth):
    found = page(eth)
    assert (found.total, found.prices, found.has_no_prices) == ("", None, True)


def test_the_order_is_said(doge):
    by_name, by_value = page(doge, is_by_name=True).assets, page(doge).assets
    assert (by_name.caption, by_name.sort) == ("Your assets, by name", "name")
    assert (by_value.caption, by_value.sort) == ("Your assets, largest first", "value")


@pytest.mark.parametrize(
    ("hundredths", "sats", "words"),
    [
        ("7", 3, "≈\N{NO-BREAK SPACE}0.07\N{NO-BREAK SPACE}TRY"),
        ("1", 0, "≈\N{NO-BREAK SPACE}0.01\N{NO-BREAK SPACE}TRY"),
        ("1/2", 3, "&lt;0.01\N{NO-BREAK SPACE}TRY"),
        ("1/2", 0, ""),
        ("0", 0, ""),
    ],
)
def test_a_row_says_its_worth_while_that_or_its_value_is_a_number(hundredths, sats, words):
    found = markup.worth(Fraction(hundredths), "TRY", sats)
    assert words in found
    assert bool(found) == bool(words)
