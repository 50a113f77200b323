"""What is written down of each round, and of what it kept out."""

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.support.faults import Venue, dropped, half, in_markets, sends, times, wide
from wallet import tasks
from wallet.market import rounds
from wallet.market.source import MarketError
from wallet.models import Asset, KeptOutNumber, MarketRound, Price


@pytest.fixture
def venue(world):
    """The exchange of a site all of whose assets it trades."""
    Price.objects.filter(asset__code="LUNC").delete()
    Asset.objects.filter(code="LUNC").delete()
    return Venue()


def ask(world, venue, seconds=10):
    world.clock.tick(seconds=seconds)
    return rounds.refresh(source=venue)


def kept_out(**fields):
    return [
        (one.code, one.symbol, one.rule) for one in KeptOutNumber.objects.filter(**fields).order_by("code", "symbol")
    ]


def test_a_round_says_what_it_asked_and_what_came_of_it(world, venue):
    venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT", "DOGE/USDC"], wide)
    ask(world, venue)
    made = MarketRound.objects.get()
    assert (made.source, made.asked_at, made.rows, made.error) == ("demo", world.clock(), 16, "")
    assert (made.priced, made.kept_out) == (5, 1)
    assert set(made.numbers) == {"BNB", "ETH", "EUR", "USDT"}
    assert made.numbers["EUR"] == ["0.00002", 2, "", "0.00002"]


def test_a_round_that_gives_nothing_says_why(world, venue):
    ask(world, venue)
    venue.fault = half
    with pytest.raises(MarketError):
        ask(world, venue)
    assert MarketRound.objects.first().error == (
        "demo gave no usable price: only 8 rows, where the last good round had 16 (M8)."
    )


def test_what_is_kept_out_is_one_row_from_the_first_round_to_the_last(world, venue, caplog):
    """And it is logged once when it begins, and once when it is over."""
    venue.fault = in_markets(["DOGE/BTC"], wide)
    with caplog.at_level(logging.WARNING, "wallet.market.records"):
        for _ in range(3):
            ask(world, venue)
        began = world.clock() - timedelta(seconds=20)
        assert kept_out(ended_at=None) == [("DOGE", "DOGEBTC", "M4")]
        venue.fault = dict
        ask(world, venue)
        ask(world, venue)
    row = KeptOutNumber.objects.get()
    assert (row.began_at, row.ended_at) == (began, began + timedelta(seconds=30))
    assert [record.msg["says"] for record in caplog.records] == [
        "demo: DOGEBTC is no price by M4: bid and ask are 20.07% apart, 5.00% at the most",
        "demo: DOGEBTC is kept out by M4 no longer",
    ]


def test_an_asset_is_kept_out_for_what_its_markets_are(world, venue):
    """With what its customers are told."""
    venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT", "DOGE/USDC"], wide)
    ask(world, venue)
    assert ("DOGE", "", "M4") in kept_out(ended_at=None)
    reason = KeptOutNumber.objects.reasons("demo", ["DOGE", "ETH"])
    assert {code: one.told for code, one in reason.items()} == {"DOGE": {"why": "wide", "share": "20.07"}}


def test_a_number_that_jumps_is_kept_with_the_number(world, venue):
    ask(world, venue)
    venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT", "DOGE/USDC"], times("2"))
    ask(world, venue)
    row = KeptOutNumber.objects.get(code="DOGE", symbol="")
    assert (row.rule, row.rate_btc, row.facts) == ("M7", "0.000004", {"jump": "100.00", "limit": "15.00"})
    assert MarketRound.objects.first().numbers["DOGE"] == ["0.000004", 3, "M7", "0.000002"]


def test_the_facts_of_what_is_kept_out_are_those_of_now(world, venue):
    """Nobody reads of a jump of 100% while it is one of 20%."""
    pairs = ["DOGE/BTC", "DOGE/USDT", "DOGE/USDC"]
    ask(world, venue)
    for factor, jump in (("2", "100.00"), ("1.2", "20.00")):
        venue.fault = in_markets(pairs, times(factor))
        ask(world, venue)
        row = KeptOutNumber.objects.get()
        assert row.facts["jump"] == jump
    assert row.rate_btc == "0.0000024"
    assert row.began_at == world.clock() - timedelta(seconds=10)


def test_a_late_round_changes_nothing_that_is_kept_out(world, venue):
    """Its numbers are history all the same."""
    venue.fault = in_markets(["DOGE/BTC"], wide)
    late = Venue()

    def slow():
        world.clock.tick(seconds=5)
        ask(world, venue, seconds=1)
        return Venue.rows(late)

    late.rows = slow
    ask(world, late)
    assert kept_out(ended_at=None) == [("DOGE", "DOGEBTC", "M4")]
    assert MarketRound.objects.count() == 2


def test_a_late_round_brings_back_no_price_that_a_newer_one_kept_out(world, venue):
    late = Venue()

    def slow():
        world.clock.tick(seconds=5)
        venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT", "DOGE/USDC"], wide)
        ask(world, venue, seconds=1)
        return Venue.rows(late)

    late.rows = slow
    ask(world, late)
    assert not Price.objects.filter(asset__code="DOGE").exists()
    assert ("DOGE", "", "M4") in kept_out(ended_at=None)


def test_an_asset_whose_markets_are_gone_is_said_to_have_none(world, venue):
    """M5: not only that it has no price."""
    ask(world, venue)
    venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT"], dropped)
    ask(world, venue)
    assert kept_out(ended_at=None) == []
    venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT", "DOGE/USDC"], dropped)
    ask(world, venue)
    assert KeptOutNumber.objects.get().told == {"why": "untraded", "share": ""}


@pytest.mark.parametrize("sent", ["1\x000", "\ud800", "1\n2", "€" * 100, "9" * 500])
def test_whatever_an_exchange_sends_can_be_stored_and_read(world, venue, sent, caplog):
    """In one line of the log, on both databases, and in the admin."""
    venue.fault = in_markets(["DOGE/BTC"], sends(sent))
    ask(world, venue)
    row = KeptOutNumber.objects.get()
    assert row.facts["sent"].isprintable()
    assert row.rate_btc.isprintable()
    assert row.facts["sent"].isascii()


@pytest.mark.parametrize("price", ["1e-31", "0.0000000000000000000000000000000000001"])
def test_m3_what_comes_to_no_price_is_kept_out_alone(world, venue, price):
    tiny = sends(price)
    venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT", "DOGE/USDC"], lambda row: tiny(row)._replace(tick=price))
    ask(world, venue)
    assert ("DOGE", "", "M3") in kept_out(ended_at=None)
    venue.fault = dict
    ask(world, venue)
    assert kept_out(ended_at=None) == []


def test_whatever_goes_wrong_in_a_round_is_written_down(world, venue):
    def fault(rows):
        raise RecursionError

    venue.fault = fault
    with pytest.raises(RecursionError):
        ask(world, venue)
    assert MarketRound.objects.get().error == "RecursionError"


def test_the_same_is_kept_out_once_at_a_time(world, venue):
    """By constraint, whoever writes it."""
    venue.fault = in_markets(["DOGE/BTC"], wide)
    ask(world, venue)
    row = KeptOutNumber.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptOutNumber.objects.update(ended_at=row.began_at - timedelta(seconds=1))


def test_numbers_are_kept_for_a_chart_and_rounds_for_a_month(world, venue):
    """All numbers for a quarter of an hour, those of one round in five minutes for a day."""
    for _ in range(40):
        ask(world, venue, seconds=30)
    tasks.clear_market()
    kept = MarketRound.objects.filter(numbers__isnull=False)
    assert kept.filter(asked_at__gte=world.clock() - timedelta(minutes=15)).count() == 31
    marks = kept.filter(asked_at__lt=world.clock() - timedelta(minutes=15))
    assert [f"{one.asked_at:%H:%M:%S}" for one in marks] == ["14:35:07", "14:32:37"]
    world.clock.tick(hours=26)
    tasks.clear_market()
    # But for the newest, which know what every asset's last price was.
    assert MarketRound.objects.filter(numbers__isnull=False).count() == 4
    assert MarketRound.objects.count() == 40
    world.clock.tick(days=30)
    tasks.clear_market()
    assert not MarketRound.objects.exists()


def test_rounds_that_follow_closely_keep_numbers_now_and_then(world, venue):
    """What the next rounds read does not grow with how many confirm."""
    for _ in range(20):
        ask(world, venue, seconds=1)
    assert MarketRound.objects.count() == 20
    assert MarketRound.objects.filter(numbers__isnull=False).count() == 4


def test_what_was_kept_out_is_forgotten_after_a_month_and_what_is_kept_out_is_not(world, venue):
    venue.fault = in_markets(["DOGE/BTC", "DOGE/USDT"], wide)
    ask(world, venue)
    venue.fault = in_markets(["DOGE/BTC"], wide)
    ask(world, venue)
    world.clock.tick(days=31)
    tasks.clear_market()
    assert kept_out() == [("DOGE", "DOGEBTC", "M4")]
