"""What the dust page says of its rows, of what went, and of what is wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support import pages
from wallet.pages.dust import DustPage
from wallet.refusals import Code, refusal


def page(*holdings, chosen=(), gone=(), wrong="", is_bnb_priced=True, **state):
    portfolio = pages.portfolio(*holdings, is_bnb_priced=is_bnb_priced)
    return DustPage(portfolio, pages.eligibility(**state), list(chosen), list(gone), wrong=wrong)


def test_a_row_is_written_once(doge):
    (row,) = page(doge, chosen=[doge]).choices
    assert (row.code, row.name, row.find, row.is_selected) == ("DOGE", "Dogecoin", "doge dogecoin", True)
    assert row.net == '<data value="0.02000000"><span class="z">0.0</span>2000000</data>'
    assert row.value == '<data value="0.00020000"><span class="z">0.000</span>20000</data>'
    assert (row.amount, row.padding, row.full_amount) == ("100", ".00000000", "")


@pytest.mark.parametrize(("count", "is_long"), [(50, False), (51, True)])
def test_the_rows_of_a_long_list_have_fewer_elements(count, is_long):
    found = page(*[pages.holding("DOGE", "100")] * count)
    assert found.is_long is is_long
    for row in found.figures:
        assert ("<" in row.value) is not is_long
        assert ('class="z"' in row.net) is not is_long


def test_what_is_worth_less_than_can_be_written_is_not_said_to_be_nothing():
    (row,) = page(pages.holding("LUNC", "0.00001")).figures
    assert row.value == '<data value="0.00000000">&lt;0.00000001</data>'


def test_the_figures_alone_are_those_of_the_rows(doge):
    found = page(doge, pages.holding("EUR", "10"))
    assert [row.code for row in found.figures] == [row.code for row in found.choices] == ["DOGE", "EUR"]
    assert [(row.value, row.net) for row in found.figures] == [(row.value, row.net) for row in found.choices]


def test_what_cannot_be_converted_has_its_reason(doge, eth):
    found = page(doge, eth)
    assert found.refused_count == "1 balance can’t be converted"
    (row,) = found.refused
    assert (row.code, row.cause) == ("ETH", "Price unavailable.")
    assert row.detail == "There is no current price for ETH. Try again in a few minutes."


WIDE = "Offers to buy and to sell it are 2.40% apart at the moment."


def unpriced(code, asset=None):
    """A balance that can't be converted, because its price, or this asset's, is kept out."""
    why = refusal(Code.PRICE_UNAVAILABLE, asset=asset or code, why="wide", share="2.40")
    return pages.holding(code, "0.01", refusal=why, is_priced=asset is not None)


def test_what_has_no_price_says_why():
    (row,) = page(unpriced("ETH")).refused
    assert row.detail == f"There is no current price for ETH. {WIDE}"


def test_why_bnb_has_no_price_is_said_once_and_not_in_each_row():
    rows = [unpriced("ETH", "BNB"), unpriced("DOGE", "BNB")]
    portfolio = replace(pages.portfolio(*rows, is_bnb_priced=False), bnb_refusal=unpriced("BNB").refusal)
    found = DustPage(portfolio, pages.eligibility(), [])
    assert found.nothing == (
        f"Nothing can be converted now. There is no current price for BNB. {WIDE} Your balances are not affected."
    )
    assert {row.detail for row in found.refused} == {"There is no current price for BNB. Try again in a few minutes."}


def test_what_went_is_heard_with_its_cause_and_nothing_where_none_went(doge, eth):
    words = "ETH can’t be converted now, so it is no longer selected: Price unavailable. 1 of 1 selected"
    assert page(doge, eth, chosen=[doge], gone=[eth]).say == words
    assert page(doge, eth, chosen=[doge]).say == ""


def test_what_is_wrong_leads_to_the_first_box(doge):
    found = page(doge, wrong="Choose at least one.")
    assert (found.problems[0].words, found.problems[0].control) == ("Choose at least one.", "choose-DOGE")
    assert found.title == "Error: Convert small balance to BNB"


@pytest.mark.parametrize("state", [{"is_running": True}, {"wait": timedelta(hours=6)}])
def test_what_is_wrong_leads_nowhere_while_nothing_can_be_converted(doge, state):
    assert page(doge, wrong="Wait.", **state).problems[0].control == ""
    assert page(wrong="Wait.").problems[0].control == ""


def test_nothing_is_wrong(doge):
    assert (page(doge).problems, page(doge).title) == ([], "Convert small balance to BNB")


def test_without_choices_it_says_why():
    limit = "A balance appears here when it’s worth less than 0.0012 BTC."
    assert page().nothing == f"You have no small balances to convert. {limit}"
    assert page(is_bnb_priced=False).nothing.startswith("Prices are unavailable, so nothing can be converted now.")
