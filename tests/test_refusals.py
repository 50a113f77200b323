import pickle

import pytest
from django.utils import translation

from wallet.refusals import (
    LASTING,
    SAYINGS,
    WHYS,
    Code,
    Refusal,
    Refused,
    Why,
    explain,
    in_order,
    refusal,
    stopped_by,
    told,
    why_sentence,
)


def test_a_sentence_whose_facts_are_not_known_is_left_out():
    assert explain("delisted", {"asset": "ETH", "delisted_on": "", "withdraw_until": ""}) == (
        "Delisted.",
        "ETH can’t be converted any more.",
    )
    assert explain("delisted", {"asset": "ETH", "delisted_on": "2026-11-03", "withdraw_until": "2027-02-03"}) == (
        "Delisted on 3 November 2026.",
        "ETH can’t be converted any more. It can be withdrawn until 3 February 2027.",
    )


def test_what_operators_wrote_is_never_taken_for_a_pattern():
    words = explain("paused", {"asset": "ETH", "reason": "{asset} {nothing} {0} %(asset)s <b>"})
    assert words.detail == "{asset} {nothing} {0} %(asset)s <b>"


def test_facts_are_written_as_the_readers_language_writes_them():
    facts = {"asset": "DOGE", "change": "6.18", "tolerance": "5"}
    assert explain("price_changed", facts).cause == "The price of DOGE in BNB moved 6.18%."
    with translation.override("de"):
        assert explain("price_changed", facts).cause == "Der Preis von DOGE in BNB hat sich um 6,18\xa0% bewegt."
        assert explain("over_limit", {"limit": "0.0012", "value": "0.00120000"}).cause == "0,0012 BTC oder mehr wert."


def test_lengths_of_time_are_said_in_the_readers_language():
    assert explain("too_late", {"longest_wait": 120}).cause == "It could not be converted within 2 minutes."
    with translation.override("de"):
        assert explain("too_late", {"longest_wait": 90}).cause.endswith("1 Minute 30 Sekunden umgewandelt werden.")


FACTS = {
    "asset": "DOGE",
    "until_at": "2026-11-22T20:32:00+00:00",
    "limit": "0.0012",
    "longest_wait": 120,
    "attempts": 5,
    "change": "5.00",
    "interval": 21_600,
}


def test_every_code_has_its_words_and_no_words_are_without_a_code():
    assert set(SAYINGS) == set(Code)
    for code in Code:
        assert Refusal(code, FACTS).words.cause


def test_a_record_without_the_facts_that_its_words_ask_for_still_says_something():
    for code in Code:
        assert Refusal(code, {}).text
    assert Refusal(Code.PRICE_CHANGED, {"asset": "DOGE", "move": "6.18"}).words.cause == "Stopped: price moved"


SENTENCES = {
    Why.CLOSED: "Its market is closed at the moment.",
    Why.WIDE: "Offers to buy and to sell it are 7.21% apart at the moment.",
    Why.DISAGREE: "Its markets disagree by 7.21%.",
    Why.JUMP: "Its price jumped by 7.21%. It counts again once that is confirmed.",
    Why.VENUES: "Another exchange’s price for it is 7.21% off.",
    Why.BITCOIN: "Another exchange’s price for BTC, which every price is reckoned in, is 7.21% off.",
    Why.ALONE: "Only one market trades it, and nothing confirms its price.",
    Why.UNTRADED: "The exchange has no market that leads from it to BTC.",
    Why.UNUSABLE: "The exchange shows no usable offers for it.",
}
UNPRICED = "There is no current price for DOGE."
AGAIN = "Try again in a few minutes."


@pytest.mark.parametrize("why", Why)
def test_why_there_is_no_price_is_a_sentence_between_the_others(why):
    assert set(WHYS) == set(SENTENCES) == set(Why)
    facts = {"asset": "DOGE", "why": why.value, "share": "-7.21"}
    assert why_sentence(facts) == SENTENCES[why]
    again = "" if why in LASTING else f" {AGAIN}"  # what may last for days says nothing of minutes
    assert explain("price_unavailable", facts).detail == f"{UNPRICED} {SENTENCES[why]}{again}"


@pytest.mark.parametrize("facts", [{}, {"why": ""}, {"why": "tides"}, {"why": "wide"}, {"why": "wide", "share": ""}])
def test_a_why_that_nobody_knows_or_that_lacks_its_share_is_left_out(facts):
    assert explain("price_unavailable", {"asset": "DOGE", **facts}).detail == f"{UNPRICED} {AGAIN}"


def test_a_share_is_written_as_the_readers_language_writes_it():
    with translation.override("de"):
        assert (
            why_sentence({"why": "disagree", "share": "7.21"})
            == "Die Märkte dafür weichen um 7,21\xa0% voneinander ab."
        )


def test_what_can_stop_a_conversion_is_said_in_short():
    """Whatever the settlement asks; the rest refuses before Confirm, or gives up."""
    short = {code for code in Code if stopped_by(code)}
    before = {Code.QUOTE_EXPIRED, Code.IS_BNB, Code.IN_PROGRESS, Code.CLOSED, Code.NOTHING_SELECTED, Code.UNKNOWN_ASSET}
    assert short == set(Code) - before - {Code.ATTEMPTS}


def test_refusals_are_reported_by_rule_and_then_by_asset():
    """R6 before R1 before R9, and the first asset by its code."""
    codes = {"ADA": Code.PRICE_CHANGED, "ETH": Code.OVER_LIMIT, "XRP": Code.DELISTED, "DOT": Code.DELISTED}
    error = Refused(*(Refusal(code, FACTS | {"asset": asset}) for asset, code in codes.items()))
    assert [(one.code, one.facts["asset"]) for one in error.refusals] == [
        ("delisted", "DOT"),
        ("delisted", "XRP"),
        ("over_limit", "ETH"),
        ("price_changed", "ADA"),
    ]
    assert error.code is Code.DELISTED
    assert error.text.startswith("Delisted. DOT")


@pytest.mark.parametrize(
    ("changes", "asset"),
    [({"ADA": "5.00", "DOT": "12.10", "ETH": "9.99"}, "DOT"), ({"DOT": "5.00", "ADA": "5.00"}, "ADA")],
)
def test_of_prices_that_moved_too_far_customers_are_told_the_one_that_moved_most(changes, asset):
    moved = [refusal(Code.PRICE_CHANGED, asset=code, change=change) for code, change in changes.items()]
    assert told([one.record for one in in_order(moved)]).facts["asset"] == asset
    several = in_order([*moved, refusal(Code.DELISTED, asset="XRP")])
    assert told([one.record for one in several]).code is Code.DELISTED


def test_a_refusal_that_was_raised_can_be_sent_to_another_process():
    error = pickle.loads(pickle.dumps(Refused(refusal(Code.UNLISTED, asset="ETH"))))
    assert error.refusals == (refusal(Code.UNLISTED, asset="ETH"),)
