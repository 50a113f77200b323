"""What the settlement asks again of every rule, and what stops it."""

from decimal import Decimal

import pytest

from tests.support import factories
from tests.support.market import rates, row
from tests.support.settling import assert_stopped
from wallet import conversions
from wallet.models import Asset, Conversion, KeptOutNumber, Price


def test_p10_a_price_that_is_gone_stops_it(world):
    """P10: the market answered since Confirm, and has no price for it any more."""
    before = factories.balances(world.user)
    assert_stopped(world, world.settled("DOGE", "ETH", DOGE=None), before, "price_unavailable")


def test_what_was_stopped_for_want_of_a_price_keeps_why(world):
    conversion = world.confirmed("DOGE", "ETH")
    world.keep_out("DOGE", "wide")
    stopped = world.settle(conversion)
    assert stopped.reasons == [
        {"code": "price_unavailable", "facts": {"asset": "DOGE", "why": "wide", "share": "7.21"}}
    ]
    KeptOutNumber.objects.update(ended_at=world.clock())
    assert "7.21% apart" in Conversion.objects.get(pk=stopped.pk).refusals[0].text


def test_why_there_is_no_price_is_only_asked_where_there_is_none(world, queries):
    def asked(**changes):
        return [sql for sql in queries(world.settle, world.confirmed("DOGE"), **changes) if "keptout" in sql]

    assert len(asked(DOGE=None)) == 1
    world.observe(DOGE="0.000002")
    assert asked() == []


def test_r9_a_price_that_came_by_another_path_stops_it(world):
    before = factories.balances(world.user)
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()
    factories.price("DOGE", "0.000002", path="DOGE→USDT→BTC")
    assert_stopped(world, conversions.settle(reference=conversion.reference), before, "path_changed")


@pytest.mark.parametrize(
    ("price", "status"), [("0.08238300", "stopped"), ("0.07453700", "stopped"), ("0.08238299", "completed")]
)
def test_p8_r9_is_judged_by_the_markets_own_prices_and_not_by_rounded_rates(world, price, status):
    """P8: exactly 5% of 0.07846 through EUR, which the rates of twelve digits hide."""

    def observe(text):
        world.observe()
        # Through euros, because one way leads through them.
        found = rates([row("DOGE", "EUR", text), row("BTC", "EUR", "18229.90000000")], ["DOGE"])["DOGE"]
        Price.objects.filter(asset__code="DOGE").update(rate_btc=found.rate_btc, path=found.path, legs=found.legs)

    observe("0.07846000")
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    observe(price)
    assert conversions.settle(reference=conversion.reference).status == status


@pytest.mark.parametrize("rate", ["0.0000021", "0.0000019", "0.000003", "0.000001"])
def test_p8_r9_a_change_of_five_percent_or_more_stops_everything(world, rate):
    """P8: on any line, up or down."""
    before = factories.balances(world.user)
    stopped = world.settled("DOGE", "ETH", DOGE=rate)
    assert_stopped(world, stopped, before, "price_changed")
    assert stopped.refusals[0].words.cause.startswith("The price of DOGE in BNB moved")
    assert stopped.lines.get(asset__code="DOGE").settled_rate_btc == Decimal(rate)


@pytest.mark.parametrize("changes", [{"ETH": "500000000000"}, {"BNB": "0.00000000000000000001"}])
def test_p8_a_price_beyond_all_measure_stops_it_like_every_other_change(world, changes):
    """P8: also when no column could keep what the balance would bring."""
    before = factories.balances(world.user)
    stopped = world.settled("DOGE", "ETH", **changes)
    assert stopped.is_stopped
    assert "price_changed" in {reason["code"] for reason in stopped.reasons}
    assert factories.balances(world.user) == before


@pytest.mark.parametrize("rate", ["0.00000209999999999", "0.00000190000000001"])
def test_p8_r9_just_under_five_percent_proceeds(world, rate):
    """P8: 4.999…% proceeds, up and down."""
    assert world.settled("DOGE", DOGE=rate).is_completed


@pytest.mark.parametrize(
    ("changes", "is_stopped"),
    [
        # BNB's own move counts through the rates: 1 ÷ 0.95 is 5.26% more, 1 ÷ 1.05 is 4.76% less.
        ({"BNB": "0.0095"}, True),
        ({"BNB": "0.0105"}, False),
        # To the last digit: 1 ÷ 0.9523809523… is 5% more, 1 ÷ 1.0526315789… is 5% less.
        ({"BNB": "0.00952380952381"}, False),
        ({"BNB": "0.00952380952380"}, True),
        ({"BNB": "0.0105263157894"}, False),
        ({"BNB": "0.0105263157895"}, True),
        # Both together, by far more than the tolerance in BTC.
        ({"DOGE": "0.000003", "ETH": "0.075", "BNB": "0.015"}, False),
        ({"DOGE": "0.000001", "ETH": "0.025", "BNB": "0.005"}, False),
        # 1.071 ÷ 1.02 and 0.931 ÷ 0.98 are 5% exactly, and both less than that in BTC where one is more.
        ({"DOGE": "0.000002142", "BNB": "0.0102"}, True),
        ({"DOGE": "0.00000214199999999", "BNB": "0.0102"}, False),
        ({"DOGE": "0.000001862", "BNB": "0.0098"}, True),
        ({"DOGE": "0.00000186200000001", "BNB": "0.0098"}, False),
        # Against each other, each by less than the tolerance in BTC.
        ({"DOGE": "0.00000206", "BNB": "0.0098"}, True),
        ({"DOGE": "0.00000194", "BNB": "0.01022"}, True),
    ],
)
def test_p8_r9_is_asked_of_each_assets_rate_in_bnb(world, changes, is_stopped):
    """P8: exactly, up and down; a move of BNB against BTC counts through these rates only, not by itself."""
    before = factories.balances(world.user)
    found = world.settled("DOGE", "ETH", **changes)
    if not is_stopped:
        assert found.is_completed
        return
    assert found.is_stopped
    assert {reason["code"] for reason in found.reasons} == {"price_changed"}
    assert "BNB" not in {reason["facts"]["asset"] for reason in found.reasons}
    assert factories.balances(world.user) == before


def test_p8_r9_every_line_is_asked(world):
    """P8: the rate that moved is named, whichever line it is of."""
    found = world.settled("DOGE", "ETH", "EUR", ETH="0.051", BNB="0.0097")
    assert [(reason["facts"]["asset"], reason["facts"]["change"]) for reason in found.reasons] == [("ETH", "5.15")]


def test_r9_bnb_is_priced_by_the_path_of_the_quote(world):
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()
    factories.price("BNB", "0.01", path="BNB→USDT→BTC")
    assert conversions.settle(reference=conversion.reference).reason_code == "path_changed"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "unlisted"}, "unlisted"),
        ({"status": "delisted"}, "delisted"),
        ({"conversions_paused": True, "pause_reason": "Upgrade."}, "paused"),
    ],
)
def test_p10_r6_an_asset_delisted_between_quote_and_confirm_stops_it(world, fields, code):
    """P10: unlisted and delisted assets never convert."""
    before = factories.balances(world.user)
    quote = world.quoted("DOGE", "ETH")
    Asset.objects.filter(code="ETH").update(**fields)
    confirmed = conversions.confirm(user=world.user, reference=quote.reference)
    assert_stopped(world, world.settle(confirmed), before, code)


def test_p10_r6_an_asset_delisted_after_confirm_stops_it(world):
    """P10: judged at the quote and again at settlement."""
    before = factories.balances(world.user)
    conversion = world.confirmed("DOGE", "ETH")
    Asset.objects.filter(code="ETH").update(status="delisted")
    assert_stopped(world, world.settle(conversion), before, "delisted")


def test_p9_r1_a_balance_that_is_worth_the_limit_by_now_stops_it(world):
    """P9: judged again with the settlement price, strictly below."""
    other = factories.user("other")
    factories.deposit(other, "DOGE", "590")
    stopped = world.settled("DOGE", owner=other, DOGE="0.00000204")
    assert (stopped.status, stopped.reason_code) == ("stopped", "over_limit")


def test_p9_r1_just_under_the_limit_it_proceeds(world):
    """P9: 0.0012 BTC less one part in 10^12."""
    other = factories.user("other")
    factories.deposit(other, "DOGE", "590")
    assert world.settled("DOGE", owner=other, DOGE="0.00000203389830508").is_completed


def test_a_balance_that_grew_converts_the_quoted_amount_only(world):
    conversion = world.confirmed("DOGE")
    factories.deposit(world.user, "DOGE", "50")
    done = world.settle(conversion)
    assert (done.status, done.net_units) == ("completed", 2_000_000)
    assert factories.balance(world.user, "DOGE") == 50_000_000


def test_p9_a_balance_that_grew_to_the_limit_is_no_small_balance(world):
    """P9: the whole balance counts, not the quoted amount."""
    conversion = world.confirmed("DOGE")
    factories.deposit(world.user, "DOGE", "500")
    before = factories.balances(world.user)
    assert_stopped(world, world.settle(conversion), before, "over_limit")


def test_a_fee_that_leaves_nothing_stops_it(world):
    """A line that yields nothing is refused before anything moves, at settlement as at the quote."""
    factories.policy(tolerance_percent=Decimal(500))
    other = factories.user("other")
    factories.deposit(other, "LUNC", "0.1")
    stopped = world.settled("LUNC", owner=other, BNB="0.02")
    assert (stopped.status, stopped.reason_code) == ("stopped", "too_small")


def test_every_rule_that_says_no_is_recorded_the_first_in_order_is_reported(world):
    before = factories.balances(world.user)
    conversion = world.confirmed("DOGE", "ETH", "EUR")
    Asset.objects.filter(code="EUR").update(status="delisted")
    stopped = world.settle(conversion, DOGE="0.000012", ETH="0.06")
    codes = ["delisted", "over_limit", "price_changed", "price_changed"]
    assert_stopped(world, stopped, before, *codes)
    assert [reason["facts"]["asset"] for reason in stopped.reasons] == ["EUR", "DOGE", "DOGE", "ETH"]


def test_p5_what_did_not_convert_does_not_start_the_wait(world):
    """P5: and does not use it up."""
    assert world.settled("DOGE", DOGE="0.000003").is_stopped
    assert world.settled("DOGE").is_completed


def test_p5_r7_the_wait_is_judged_again_at_settlement(world):
    """P5: by the newest policy's interval and the database's clock."""
    world.settled("DOGE")
    world.clock.tick(hours=6)
    world.observe()
    conversion = world.confirmed("ETH")
    factories.policy(interval_seconds=7 * 3600)
    stopped = world.settle(conversion)
    assert (stopped.status, stopped.reason_code) == ("stopped", "wait")


def test_a_conversion_is_judged_by_the_policy_of_its_quote(world):
    conversion = world.confirmed("DOGE")
    factories.policy(dust_limit_btc=Decimal("0.0001"), tolerance_percent=Decimal("0.001"), fee_percent=Decimal(50))
    done = world.settle(conversion, DOGE="0.00000204")
    assert (done.status, done.fee_units, done.policy) == ("completed", 0, world.policy)
