"""What is told of a number that is no price."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.support import factories
from tests.support.factories import FACTS
from wallet.market.guards import Rule
from wallet.models import KeptOutNumber, MarketRound
from wallet.models.market import ASSET_RULES
from wallet.refusals import Why, why_sentence

SHARES = {"wide": "7.21", "disagree": "12.40", "jump": "-30.00", "venues": "3.10", "bitcoin": "3.10"}


@pytest.mark.parametrize("why", FACTS)
def test_each_fact_is_told_as_a_reason_with_its_share(why):
    rule, facts = FACTS[why]
    assert KeptOutNumber(rule=rule, facts=facts).told == {"why": why, "share": SHARES.get(why, "")}


def test_there_is_a_fact_for_every_reason():
    assert set(FACTS) == set(Why)


@pytest.mark.parametrize(
    "facts",
    [
        {"bid": "2", "ask": "1"},
        {"traded_at": "never"},
        {"off_median": "7.00", "limit": "5.00"},
        {"one_way": "core"},
        {"fallback": "silent"},
        {"something": "new"},
    ],
)
def test_whatever_else_a_rule_writes_down_is_told_in_words(facts):
    assert why_sentence(KeptOutNumber(facts=facts).told)


def test_what_is_told_is_of_the_current_source_and_of_whole_assets(world, settings):
    factories.keep_out("DOGE", "wide")
    factories.keep_out("ETH", "alone", symbol="ETHBTC")
    factories.keep_out("EUR", "jump", ended_at=world.clock())
    assert KeptOutNumber.objects.told(["DOGE", "ETH", "EUR", "BNB"]) == {"DOGE": {"why": "wide", "share": "7.21"}}
    settings.PRICE_SOURCE, settings.EXCHANGE_ID = "exchange", "kraken"
    assert KeptOutNumber.objects.told(["DOGE"]) == {}


def test_of_no_assets_nothing_is_asked(db, queries):
    assert queries(KeptOutNumber.objects.told, []) == []


def test_a_number_is_kept_out_once_at_a_time_and_never_ends_before_it_begins(world):
    one = factories.keep_out("DOGE")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.keep_out("DOGE")
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptOutNumber.objects.filter(pk=one.pk).update(ended_at="2026-11-22T14:32:06Z")


def test_the_rules_of_an_asset_are_all_but_those_of_a_whole_round():
    assert set(ASSET_RULES) == {*Rule} - {Rule.TIME, Rule.ROWS}


def test_an_assets_numbers_are_those_of_all_rounds_of_its_day_that_still_have_them(world):
    def asked(seconds_ago, rate, **fields):
        at = world.clock() - timedelta(seconds=seconds_ago)
        numbers = {"DOGE": [rate, 3, ""], "ETH": ["0.05", 2, "M7"]}
        factories.market_round(**{"asked_at": at, "is_mark": True, "numbers": numbers, **fields})

    asked(600, "2E-6")
    asked(300, "0.0000021", source="kraken")
    asked(200, "0.0000022", is_mark=False)
    asked(100, "0.0000023", numbers=None)
    asked(50, "0.0000024")
    asked(9_000, "0.0000025")
    rounds, since = MarketRound.objects.of("demo"), world.clock() - timedelta(hours=1)
    assert [(one.rate, one.ways, one.rule) for one in rounds.numbers_of("DOGE", since)] == [
        (Decimal("0.000002"), 3, ""),
        (Decimal("0.0000022"), 3, ""),
        (Decimal("0.0000024"), 3, ""),
    ]
    assert [one.rule for one in rounds.numbers_of("ETH", since)] == ["M7", "M7", "M7"]
    assert rounds.numbers_of("EUR", since) == rounds.numbers_of("1000", since) == []
