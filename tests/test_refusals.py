from django.utils import translation

from wallet.refusals import SAYINGS, Refusal, explain


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
    assert explain("price_changed", facts).cause == "The price of DOGE moved 6.18%."
    with translation.override("de"):
        assert explain("price_changed", facts).cause == "Der Preis von DOGE hat sich um 6,18\xa0% bewegt."
        assert explain("over_limit", {"limit": "0.0012", "value": "0.00120000"}).cause == "0,0012 BTC oder mehr wert."


def test_lengths_of_time_are_said_in_the_readers_language_and_older_records_as_they_were_written():
    assert explain("too_late", {"longest_wait": 120}).cause == "It could not be converted within 2 minutes."
    with translation.override("de"):
        assert explain("too_late", {"longest_wait": 90}).cause.endswith("1 Minute 30 Sekunden umgewandelt werden.")
        assert "within" not in explain("too_late", {"longest_wait": "2 minutes"}).cause


def test_every_refusal_has_a_cause_whatever_facts_it_has():
    facts = dict.fromkeys(("asset", "until_at", "limit", "longest_wait", "attempts", "change", "interval"), "1")
    facts["until_at"] = "2026-11-22T20:32:00+00:00"
    for code in SAYINGS:
        assert Refusal(code, **facts).words.cause
