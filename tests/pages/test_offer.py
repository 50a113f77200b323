"""What the wallet's card says, in each case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support import pages
from wallet.pages.offer import offer
from wallet.refusals import Code, refusal

SIX_HOURS = timedelta(hours=6)
AGAIN = "You can convert again now."


def card(*holdings, converting=0, is_bnb_priced=True, **state):
    portfolio = pages.portfolio(*holdings, is_bnb_priced=is_bnb_priced)
    return offer(portfolio, pages.eligibility(**state), converting=converting)


def test_small_balances_can_be_converted(doge):
    found = card(doge, pages.holding("BTC", "1", refusal=refusal(Code.OVER_LIMIT, asset="BTC")))
    amount = '<span class="num nb">0.02000000 BNB</span>'
    assert found.heading == f"1 small balance, worth about {amount}"
    assert found.words == "Each is worth less than 0.0012 BTC. You can convert them now."
    assert (found.button.label, found.button.is_second) == ("Convert small balance to BNB", False)
    assert (found.share, found.say) == ("0.01% of this wallet", AGAIN)


def test_a_share_that_is_cut_to_nothing_is_not_said_to_be_nothing(doge):
    whole = pages.holding("BTC", "10", refusal=refusal(Code.OVER_LIMIT, asset="BTC"))
    assert card(doge, whole).share == "<0.01% of this wallet"


def test_a_wallet_worth_nothing_has_no_share():
    assert card(pages.holding("LUNC", "0.00001")).share == ""


def test_during_the_wait_the_balances_can_only_be_seen(doge):
    found = card(doge, wait=SIX_HOURS)
    assert found.heading.startswith("1 small balance, worth about")
    assert "today at 20:32 UTC" in found.words
    assert found.words.endswith("That’s in 6 hours.")
    assert (found.button.label, found.button.is_second, found.share) == ("See balances", True, "")
    assert (found.ask_again_seconds, found.say) == (21601, "")


def test_while_closed_it_offers_nothing(doge):
    found = card(doge, closure=pages.closing("We are moving."))
    assert (found.heading, found.button) == ("Conversions are paused", None)
    assert found.words == "We are moving. Your balances are not affected."


def test_a_closing_that_ends_says_when(doge):
    found = card(doge, closure=pages.closing("We are moving.", hours=2))
    assert found.words.startswith("You can convert again <time")
    assert found.words.endswith(". We are moving. Your balances are not affected.")


def test_a_conversion_in_progress_is_led_to(doge):
    found = card(doge, is_running=True, wait=SIX_HOURS, converting=3)
    assert found.heading == "Converting 3 balances…"
    assert found.button.address == f"/conversions/{pages.REFERENCE}/"
    assert (found.ask_again_seconds, found.say) == (None, "")


def test_without_prices_the_balances_can_only_be_seen(doge):
    found = card(doge, is_bnb_priced=False)
    assert (found.heading, found.button.label) == ("Prices are unavailable", "See balances")


def test_while_bnb_is_kept_out_the_card_says_why(doge):
    why = refusal(Code.PRICE_UNAVAILABLE, asset="BNB", why="venues", share="3.10")
    portfolio = replace(pages.portfolio(doge, is_bnb_priced=False), bnb_refusal=why)
    found = offer(portfolio, pages.eligibility(), converting=0)
    assert (found.heading, found.button.label) == ("Small balances can’t be converted now", "See balances")
    assert found.words == (
        "There is no current price for BNB. Another exchange’s price for it is 3.10% off. Try again in a few minutes."
        " Your balances are not affected."
    )


@pytest.mark.parametrize("has_reasons", [True, False])
def test_without_small_balances_it_says_when_there_would_be_some_and_leads_to_the_reasons(has_reasons):
    large = [pages.holding("BTC", "1", refusal=refusal(Code.OVER_LIMIT, asset="BTC"))]
    found = card(*large) if has_reasons else card()
    assert found.heading == "You have no small balances to convert"
    assert found.words == "A balance appears here when it’s worth less than 0.0012 BTC."
    assert (found.has_reasons, found.button) == (has_reasons, None)
