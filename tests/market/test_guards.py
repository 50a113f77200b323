"""The rules M1–M9, each at its edge. Whole rounds meet them in test_rounds and test_faults."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.market import NOW, candidate, priced, row
from wallet.market import books, guards, limits
from wallet.market.guards import History, Rule, Sample
from wallet.market.limits import Limits

FIGURES = Limits()


def rule_of(refused):
    return refused and refused.rule


def kept_out(*rows, takes_last=False):
    """Why the first of these rows is no book; None where it is."""
    read = books.read(rows, NOW, takes_last=takes_last, limits=FIGURES)
    return read.kept_out.get(rows[0].symbol)


# --- one market -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["0", "0.000", "-1", "NaN", "nan", "Infinity", "-Infinity", "", None, [], {}, 1.5, 15, "1e999", "9" * 40, "٣"],
)
@pytest.mark.parametrize("side", ["bid", "ask"])
def test_m3_only_plain_digits_of_a_positive_number_are_a_price(text, side):
    """M3, P10: on either side."""
    assert rule_of(kept_out(row("DOGE", "USDT", "0.125")._replace(**{side: text}))) == Rule.RAW


def test_m3_a_bad_row_is_kept_out_alone():
    rows = [row("DOGE", "EUR", "NaN"), row("BTC", "EUR", "50000.00"), row("LTC", "EUR", "75.000")]
    assert set(priced(rows, ["DOGE", "LTC", "EUR"]).rates) == {"LTC", "EUR"}


@pytest.mark.parametrize(
    ("bid", "ask", "rule"), [("100", "100", None), ("99", "100", None), ("100.01", "100", Rule.SIDE)]
)
def test_m2_nobody_bids_more_than_somebody_asks(bid, ask, rule):
    """M2."""
    assert rule_of(kept_out(row("DOGE", "USDT", bid, ask=ask))) == rule


@pytest.mark.parametrize(
    ("pair", "bid", "rule"),
    [
        (("BNB", "USDT"), "98", None),
        (("BNB", "USDT"), "97.99", Rule.SPREAD),
        (("BTC", "EUR"), "97.99", Rule.SPREAD),
        (("DOGE", "USDT"), "95", None),
        (("DOGE", "USDT"), "94.99", Rule.SPREAD),
        (("DOGE", "BNB"), "95", None),
    ],
)
def test_m4_bid_and_ask_are_close_and_closer_among_hubs(pair, bid, rule):
    """M4: (ask − bid) ÷ ask, 2% for BNB and the hubs against each other and 5% for the rest."""
    assert rule_of(kept_out(row(*pair, bid, ask="100"))) == rule


@pytest.mark.parametrize(
    ("traded", "rule"),
    [
        (timedelta(0), None),
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, seconds=1), Rule.SIDE),
        (None, Rule.SIDE),
    ],
)
def test_m2_a_last_price_counts_where_there_is_no_book_at_all_and_somebody_paid_it_lately(traded, rule):
    """M2: and only where the policy says so."""
    quiet = row("DOGE", "EUR", None)._replace(
        ask=None, last="0.125", traded_at=None if traded is None else NOW - traded
    )
    assert rule_of(kept_out(quiet, takes_last=True)) == rule
    assert rule_of(kept_out(quiet, takes_last=False)) == Rule.RAW
    assert rule_of(kept_out(quiet, row("BTC", "EUR", "50000"), takes_last=True)) == Rule.RAW


@pytest.mark.parametrize("flag", [{"is_halted": True}, {"is_traded": False}])
def test_m5_halted_markets_and_those_that_nobody_trades_in_take_no_part(flag):
    assert rule_of(kept_out(row("DOGE", "USDT", "0.125", **flag))) == Rule.AGREEMENT


# --- sides along a path -----------------------------------------------------------------------------------------------


def test_m2_customers_are_paid_the_bid_and_buy_bnb_at_the_ask_leg_by_leg():
    """M2."""
    rows = [
        row("LTC", "EUR", "74.00", ask="76.00"),
        row("BTC", "EUR", "49900.00", ask="50000.00"),
        row("BNB", "EUR", "495.00", ask="500.00"),
        row("BNB", "BTC", "0.00995000", ask="0.01005000"),
    ]
    found = priced(rows, ["LTC", "BNB"]).rates
    assert found["LTC"].legs == [
        {"symbol": "LTCEUR", "price": "74.00", "side": "bid"},
        {"symbol": "BTCEUR", "price": "50000.00", "side": "ask", "way": "against"},
    ]
    assert found["LTC"].rate_btc == Decimal("0.00148")
    assert found["BNB"].legs == [{"symbol": "BNBBTC", "price": "0.01005000", "side": "ask"}]
    coarse = [*rows[:3], row("BNB", "BTC", "0.00995000", ask="0.01005000", tick="0.0001")]
    assert priced(coarse, ["BNB"]).rates["BNB"].legs == [
        {"symbol": "BNBEUR", "price": "500.00", "side": "ask"},
        {"symbol": "BTCEUR", "price": "49900.00", "side": "bid", "way": "against"},
    ]


# --- agreement --------------------------------------------------------------------------------------------------------

DOLLARS = [row("BTC", "USDT", "50000.0"), row("BTC", "USDC", "50000.0"), row("USDC", "USDT", "1.0000")]


def three_ways(direct):
    return [row("LTC", "BTC", direct), row("LTC", "USDT", "100.00"), row("LTC", "USDC", "100.00"), *DOLLARS]


@pytest.mark.parametrize(("direct", "ways"), [("0.002100", 3), ("0.002101", 2), ("0.001900", 3), ("0.001899", 2)])
def test_m5_three_ways_or_more_are_within_five_percent_of_their_median(direct, ways):
    """M5: one that is not takes no part, and the others go on."""
    assert candidate("LTC", *three_ways(direct)).ways == ways


def test_m5_what_is_off_the_median_is_said_of_that_market_alone():
    found = priced(three_ways("2.000000"), ["LTC"])
    assert found.kept_out == {}
    assert found.rates["LTC"].path == "LTC→USDT→BTC"


@pytest.mark.parametrize(("other", "agrees"), [("105.00", True), ("105.01", False), ("95.24", True), ("95.23", False)])
def test_m5_of_two_ways_that_disagree_nobody_can_tell_which_is_right(other, agrees):
    rows = [row("LTC", "USDT", "100.00"), row("LTC", "USDC", other), *DOLLARS]
    assert (candidate("LTC", *rows) is not None) == agrees


def test_m5_three_ways_of_which_no_two_agree_give_no_price():
    rows = [row("LTC", "BTC", "0.002000"), row("LTC", "USDT", "120.00"), row("LTC", "USDC", "80.00"), *DOLLARS]
    assert candidate("LTC", *rows) is None


@pytest.mark.parametrize(("direct", "has_price"), [("0.010200", True), ("0.010201", False)])
def test_m5_bnb_is_known_by_two_ways_within_two_percent(direct, has_price):
    """M5: the same for BTC against USDT."""
    assert (
        candidate("BNB", row("BNB", "BTC", direct), row("BNB", "USDT", "500.00"), *DOLLARS) is not None
    ) == has_price
    alone = priced([row("BNB", "BTC", "0.010000"), *DOLLARS], ["BNB"])
    assert alone.kept_out["BNB"] == (Rule.AGREEMENT, {"one_way": "core"})


def test_m5_dollars_that_are_known_once_lead_nowhere():
    """M5: BTC against USDT."""
    assert candidate("LTC", row("LTC", "USDT", "100.00"), row("BTC", "USDT", "50000.0")) is None


def test_m5_a_hub_whose_own_market_is_wrong_leads_to_btc_by_another():
    rows = [row("BTC", "USDT", "50.0"), *DOLLARS[1:], row("ETH", "USDT", "2500.00"), row("ETH", "BTC", "0.05000")]
    found = candidate("LTC", row("LTC", "USDT", "100.00"), *rows)
    assert found.way.path == ("LTC", "USDT", "USDC", "BTC")
    assert found.middle == Decimal("0.002")


# --- one way only -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("has_fallback", "theirs", "tick", "rule"),
    [
        (False, None, "0.01", None),
        (False, None, "0.0101", Rule.ONE_WAY),
        (True, None, "0.0001", Rule.ONE_WAY),
        (True, "100", "0.2", None),
    ],
)
def test_m6_one_way_alone_needs_the_fallback_or_a_fine_tick(has_fallback, theirs, tick, rule):
    """M6: the fallback's word where one is configured, which M9 compares; else one tick of 1% at the most."""
    refused = guards.refuse_one_way(
        Decimal(tick), theirs and Decimal(theirs), has_fallback=has_fallback, limits=FIGURES
    )
    assert rule_of(refused) == rule


# --- whole rounds, and the other venue --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "before", "rule"), [(80, 100, None), (79, 100, Rule.ROWS), (1, None, None), (0, 0, None)]
)
def test_m8_a_round_has_four_fifths_of_the_rows_of_the_last_good_one(rows, before, rule):
    """M8."""
    assert rule_of(guards.refuse_few(rows, before, FIGURES)) == rule


@pytest.mark.parametrize(
    ("at_most", "theirs", "rule"),
    [
        (FIGURES.core_agreement, "98.04", None),
        (FIGURES.core_agreement, "98.03", Rule.FALLBACK),
        (FIGURES.agreement, "95.2381", None),
        (FIGURES.agreement, "95.23", Rule.FALLBACK),
        (FIGURES.agreement, "105.27", Rule.FALLBACK),
        (FIGURES.agreement, None, None),
    ],
)
def test_m9_the_fallback_says_about_the_same(at_most, theirs, rule):
    """M9: of BNB within 2%, of the rest within 5%, whenever it answers."""
    assert rule_of(guards.refuse_other_venue(Decimal(100), theirs and Decimal(theirs), at_most)) == rule


# --- figures and words ------------------------------------------------------------------------------------------------


def test_every_figure_can_be_set_and_has_a_unit(settings):
    settings.MARKET_LIMITS = {"jump": "20.5", "clock": "90"}
    figures = limits.configured()
    assert (figures.jump, figures.clock, figures.spread) == (Decimal("0.205"), timedelta(seconds=90), Decimal("0.05"))


@pytest.mark.parametrize("given", [{"jumps": "20"}, {"jump": "-1"}, {"jump": "1e3"}, {"jump": ""}, {"clock": "NaN"}])
def test_a_figure_that_there_is_not_or_that_is_no_number_stops_the_start(settings, given):
    settings.MARKET_LIMITS = given
    with pytest.raises(limits.ImproperlyConfigured, match="MARKET_LIMITS"):
        limits.configured()


def test_every_fact_has_words_for_operators():
    """Whatever a rule keeps out can be read."""
    found = [
        guards.refuse_frozen([datetime(2026, 1, 1, tzinfo=UTC)], NOW, FIGURES),
        guards.refuse_few(1, 100, FIGURES),
        guards.refuse_market(is_halted=True, is_traded=True),
        guards.refuse_raw("NaN", "1"),
        guards.refuse_raw("1", None),
        guards.refuse_sides(Decimal(2), Decimal(1)),
        guards.refuse_old_trade(None, NOW, FIGURES),
        guards.refuse_wide(Decimal(1), Decimal(2), is_core=False, limits=FIGURES),
        guards.refuse_disagreeing([Decimal(1), Decimal(2)], FIGURES.agreement),
        guards.refuse_off(Decimal(1), Decimal(2), FIGURES.agreement),
        guards.refuse_alone(1, is_core=True),
        guards.refuse_one_way(Decimal(1), None, has_fallback=False, limits=FIGURES),
        guards.refuse_one_way(Decimal(1), None, has_fallback=True, limits=FIGURES),
        guards.refuse_other_venue(Decimal(1), Decimal(2), FIGURES.agreement),
        guards.refuse_jump(
            Decimal(2), 1, History([Sample(NOW, Decimal(1), 1)]), NOW, at_most=FIGURES.jump, limits=FIGURES
        ),
    ]
    assert {one.rule for one in found} == set(Rule)
    words = [guards.words(one.facts) for one in found]
    assert len(set(words)) == len(words)
    assert not [text for text in words if "{" in text]
