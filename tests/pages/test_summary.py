"""What the summary of a selection says, and what is heard when it is made anew."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support import pages
from wallet.pages.summary import Asking, Summary
from wallet.portfolio import estimate

SIX_HOURS = timedelta(hours=6)


def summary(*holdings, asking=None, state=None, **changes):
    """Of these, all selected, on a page that lists one more."""
    portfolio = pages.portfolio(*holdings, pages.holding("EUR", "10"), **changes)
    return Summary(portfolio, state or pages.eligibility(), estimate(list(holdings)), asking or Asking())


@pytest.mark.parametrize(
    ("asking", "words"),
    [
        (Asking(), "1 selected, about 0.02000000 BNB"),
        (Asking(shown_net=1), "1 selected, about 0.02000000 BNB"),
        (Asking(is_after_wait=True), "You can convert again now."),
        (Asking(is_after_wait=True, is_update=True, shown_net=1), "You can convert again now."),
        (Asking(is_update=True), "Prices updated."),
        (
            Asking(is_update=True, shown_net=2_100_000),
            "Prices updated. You’d receive about 0.02000000 BNB, 4.76% less.",
        ),
        (
            Asking(is_update=True, shown_net=1_900_000),
            "Prices updated. You’d receive about 0.02000000 BNB, 5.26% more.",
        ),
        (
            Asking(is_update=True, shown_net=2_000_000),
            "Prices updated. You’d receive about 0.02000000 BNB, the same as before.",
        ),
    ],
)
def test_what_is_heard_depends_on_why_it_was_asked_for(doge, asking, words):
    assert summary(doge, asking=asking).say == words


@pytest.mark.parametrize(
    ("asking", "words"),
    [(Asking(), "Nothing selected"), (Asking(is_update=True, shown_net=5), "Prices updated.")],
)
def test_without_a_selection_there_is_nothing_to_compare(asking, words):
    assert summary(asking=asking).say == words


def test_a_wait_that_is_not_over_is_not_said_to_be(doge):
    asking = Asking(is_after_wait=True)
    assert summary(doge, asking=asking, state=pages.eligibility(wait=SIX_HOURS)).say.startswith("1 selected")


def test_it_adds_up_what_is_selected(doge):
    found = summary(doge, pages.holding("ETH", "0.01"))
    assert (found.net_units, found.amount) == (7_000_000, "0.07000000")
    assert found.given == "from 2 balances worth 0.00070000 BTC"
    assert [(share.name, share.percent) for share in found.shares] == [("ETH", 71), ("DOGE", 29)]
    assert found.rate == "0.01000000"


def test_what_is_worth_less_than_can_be_written_is_added_up_before_the_cut():
    """Each of these is worth 0.6 of the last unit of BTC."""
    tiny = pages.holding("DOGE", "0.003")
    assert tiny.value_sats == 0
    assert summary(tiny).given == "from 1 balance worth <0.00000001 BTC"
    assert summary(*[tiny] * 3).given == "from 3 balances worth 0.00000001 BTC"
    assert summary(*[tiny] * 3, pages.holding("DOGE", "0.008")).given == "from 4 balances worth 0.00000002 BTC"


def test_the_fee_has_an_amount_once_something_is_selected():
    doge = pages.holding("DOGE", "100", fee_percent=2)
    assert summary(doge, fee_percent=Decimal(2)).fee == "2% · 0.00040000 BNB"
    assert summary(fee_percent=Decimal(2)).fee == "2%"
    assert summary(doge).fee == "None"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (pages.eligibility(), "1 of 2 selected"),
        (pages.eligibility(is_running=True, wait=SIX_HOURS), "1 of 2 selected"),
        (pages.eligibility(closure=pages.closing(), wait=SIX_HOURS), "Conversions are paused"),
        (pages.eligibility(closure=pages.closing(), is_running=True), "Conversions are paused"),
    ],
)
def test_the_dock_says_why_its_button_is_missing_or_how_many_are_selected(doge, state, words):
    assert summary(doge, state=state).dock_words == words


def test_during_the_wait_the_dock_says_until_when(doge):
    assert "today at 20:32 UTC" in summary(doge, state=pages.eligibility(wait=SIX_HOURS)).dock_words


def test_the_dock_says_the_amount(doge):
    assert summary(doge).dock_heading == "≈ 0.02000000 BNB"
    assert summary().dock_heading == "Nothing selected"
