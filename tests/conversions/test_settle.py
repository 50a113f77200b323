from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.support import factories
from wallet import conversions
from wallet.audit import audit
from wallet.conversions import settlement
from wallet.market.paths import rates
from wallet.market.source import parse_ticker
from wallet.models import Account, Asset, Conversion, Customer, Entry, Price


def settle(world, conversion, **changes):
    """The market answers a second after Confirm, and the conversion is settled."""
    world.clock.tick(seconds=1)
    world.observe(**changes)
    return conversions.settle(reference=conversion.reference)


@pytest.mark.parametrize(("changes", "words"), [({}, "completed"), ({"DOGE": "0.000003"}, "stopped: price_changed")])
def test_the_log_says_how_it_ended_once_that_is_committed(world, monkeypatch, caplog, changes, words):
    caplog.set_level("INFO")
    open_now = len(connection.savepoint_ids)
    depths = []
    monkeypatch.setattr(settlement.log, "filters", [lambda _: depths.append(len(connection.savepoint_ids)) or True])
    ended = world.settled("DOGE", **changes)
    assert f"conversion {ended.reference} {words}" in caplog.text
    assert depths == [open_now]


def assert_stopped(world, conversion, before, *codes):
    """P7: it is over, for these reasons, and no balance changed."""
    assert conversion.status == "stopped"
    assert [reason["code"] for reason in conversion.reasons] == list(codes)
    assert conversion.reason_code == codes[0]
    assert factories.balances(world.user) == before
    assert conversion.transaction is None
    assert conversion.net_units is None
    assert Customer.objects.get(user=world.user).last_converted_at is None
    assert not list(audit())


def test_it_converts_at_the_settlement_price_and_not_the_pages(world):
    before = factories.balances(world.user)
    done = world.settled("DOGE", "ETH", DOGE="0.00000205", BNB="0.0102")
    # 100 × 0.00000205 ÷ 0.0102 = 0.020098039…; 0.01 × 0.05 ÷ 0.0102 = 0.049019607…
    assert (done.status, done.net_units) == ("completed", 2_009_803 + 4_901_960)
    assert [line.net_units for line in done.lines.order_by("asset__code")] == [2_009_803, 4_901_960]
    assert factories.balances(world.user) == {"EUR": before["EUR"], "BNB": 6_911_763}
    assert (done.settled_rate_btc, done.settled_observed_at, done.finished_at) == (
        Decimal("0.0102"),
        world.clock(),
        world.clock(),
    )
    assert Customer.objects.get(user=world.user).last_converted_at == done.finished_at
    assert not list(audit())


def test_the_ledger_transaction_has_two_entries_a_line_two_for_bnb_and_one_for_the_fee(world):
    factories.policy(fee_percent=Decimal(2))
    done = world.settled("DOGE", "ETH")
    entries = {(entry.account.kind, entry.account.asset.code): entry.units for entry in done.transaction.entries.all()}
    assert entries == {
        ("customer", "DOGE"): -100_000_000,
        ("treasury", "DOGE"): 100_000_000,
        ("customer", "ETH"): -1_000_000,
        ("treasury", "ETH"): 1_000_000,
        ("customer", "BNB"): 6_860_000,
        ("fees", "BNB"): 140_000,
        ("treasury", "BNB"): -7_000_000,
    }
    assert (done.gross_units, done.fee_units, done.net_units) == (7_000_000, 140_000, 6_860_000)


def test_p4_settling_again_does_nothing(world):
    """P4: whatever the redeliveries."""
    done = world.settled()
    entries = Entry.objects.count()
    for _ in range(3):
        assert conversions.settle(reference=done.reference) is None
    assert Entry.objects.count() == entries
    assert Conversion.objects.get(pk=done.pk).attempts == 1


def test_a_quote_that_nobody_confirmed_is_not_settled(world):
    quote = world.quoted()
    assert conversions.settle(reference=quote.reference) is None
    assert conversions.settle(reference="CV-0000-0000") is None
    assert world.status(quote) == "quoted"


@pytest.mark.parametrize("age", [timedelta(milliseconds=1), timedelta(seconds=5)])
def test_r8_a_price_from_before_confirm_is_not_used(world, age):
    conversion = world.confirmed()
    world.clock.tick(seconds=1)
    for code, rate in world.rates.items():
        factories.price(code, rate, observed_at=conversion.confirmed_at - age)
    with pytest.raises(conversions.PricesPending):
        conversions.settle(reference=conversion.reference)
    waiting = Conversion.objects.get(pk=conversion.pk)
    assert (waiting.status, waiting.attempts, waiting.next_attempt_at) == ("confirmed", 0, world.clock())


def test_r8_a_price_from_the_moment_of_confirm_is_used(world):
    conversion = world.confirmed()
    world.observe()
    assert conversions.settle(reference=conversion.reference).is_completed


def test_r8_one_price_that_is_older_is_waited_for(world):
    conversion = world.confirmed("DOGE", "ETH")
    world.clock.tick(seconds=1)
    world.observe()
    factories.price("ETH", "0.05", observed_at=conversion.confirmed_at - timedelta(seconds=1))
    with pytest.raises(conversions.PricesPending):
        conversions.settle(reference=conversion.reference)


def test_waiting_for_prices_ends_with_the_longest_wait(world):
    before = factories.balances(world.user)
    conversion = world.confirmed()
    world.clock.tick(seconds=119, milliseconds=999)
    with pytest.raises(conversions.PricesPending):
        conversions.settle(reference=conversion.reference)
    world.clock.tick(milliseconds=1)
    assert_stopped(world, conversions.settle(reference=conversion.reference), before, "too_late")


@pytest.mark.parametrize("seconds", [120, 121, 10_000])
def test_after_the_longest_wait_nothing_is_converted_even_at_a_new_price(world, seconds):
    before = factories.balances(world.user)
    conversion = world.confirmed()
    world.clock.tick(seconds=seconds)
    world.observe()
    assert_stopped(world, conversions.settle(reference=conversion.reference), before, "too_late")


def test_p10_a_price_that_is_gone_stops_it(world):
    """P10: the market answered since Confirm, and has no price for it any more."""
    before = factories.balances(world.user)
    assert_stopped(world, world.settled("DOGE", "ETH", DOGE=None), before, "price_unavailable")


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
    """P8: exactly 5% of 0.07846 through USDT, which the rates of twelve digits hide."""

    def observe(text):
        world.observe()
        tickers = [
            parse_ticker(symbol="DOGEUSDT", base="DOGE", counter="USDT", text=text),
            parse_ticker(symbol="BTCUSDT", base="BTC", counter="USDT", text="18229.90000000"),
        ]
        found = rates(tickers, ["DOGE"], {})["DOGE"]
        Price.objects.filter(asset__code="DOGE").update(rate_btc=found.rate_btc, path=found.path, legs=found.legs)

    observe("0.07846000")
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    observe(price)
    assert conversions.settle(reference=conversion.reference).status == status


@pytest.mark.parametrize("rate", ["0.0000021", "0.0000019", "0.000003", "0.000001"])
def test_p8_r9_a_move_of_five_percent_or_more_stops_everything(world, rate):
    """P8: on any line, up or down."""
    before = factories.balances(world.user)
    stopped = world.settled("DOGE", "ETH", DOGE=rate)
    assert_stopped(world, stopped, before, "price_changed")
    assert stopped.refusals[0].words.cause.startswith("The price of DOGE moved")
    assert stopped.lines.get(asset__code="DOGE").settled_rate_btc == Decimal(rate)


@pytest.mark.parametrize("changes", [{"ETH": "500000000000"}, {"BNB": "0.00000000000000000001"}])
def test_p8_a_price_beyond_all_measure_stops_it_like_every_other_move(world, changes):
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


@pytest.mark.parametrize(("rate", "status"), [("0.0105", "stopped"), ("0.0095", "stopped"), ("0.01049", "completed")])
def test_r9_bnbs_own_price_counts_like_every_other(world, rate, status):
    """The site says "if a price moves 5% or more, nothing is converted"; what is received depends on BNB's most of all."""
    found = world.settled("DOGE", BNB=rate)
    assert found.status == status
    assert [reason["facts"]["asset"] for reason in found.reasons] == (["BNB"] if status == "stopped" else [])


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
    assert_stopped(world, settle(world, confirmed), before, code)


def test_p10_r6_an_asset_delisted_after_confirm_stops_it(world):
    """P10: judged at the quote and again at settlement."""
    before = factories.balances(world.user)
    conversion = world.confirmed("DOGE", "ETH")
    Asset.objects.filter(code="ETH").update(status="delisted")
    assert_stopped(world, settle(world, conversion), before, "delisted")


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
    done = settle(world, conversion)
    assert (done.status, done.net_units) == ("completed", 2_000_000)
    assert factories.balance(world.user, "DOGE") == 50_000_000


def test_p9_a_balance_that_grew_to_the_limit_is_no_small_balance(world):
    """P9: the whole balance counts, not the quoted amount."""
    conversion = world.confirmed("DOGE")
    factories.deposit(world.user, "DOGE", "500")
    before = factories.balances(world.user)
    assert_stopped(world, settle(world, conversion), before, "over_limit")


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
    stopped = settle(world, conversion, DOGE="0.000012", ETH="0.06")
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
    stopped = settle(world, conversion)
    assert (stopped.status, stopped.reason_code) == ("stopped", "wait")


def test_a_conversion_is_judged_by_the_policy_of_its_quote(world):
    conversion = world.confirmed("DOGE")
    factories.policy(dust_limit_btc=Decimal("0.0001"), tolerance_percent=Decimal("0.001"), fee_percent=Decimal(50))
    done = settle(world, conversion, DOGE="0.00000204")
    assert (done.status, done.fee_units, done.policy) == ("completed", 0, world.policy)


def test_a_first_bnb_balance_is_made(world):
    assert not Account.objects.customers().filter(user=world.user, asset__code="BNB").exists()
    world.settled("DOGE")
    assert factories.balance(world.user, "BNB") == 2_000_000


def test_an_attempt_is_counted_before_it_is_made(world, monkeypatch):
    conversion = world.confirmed()
    monkeypatch.setattr(settlement, "complete_or_stop", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        conversions.settle(reference=conversion.reference)
    claimed = Conversion.objects.get(pk=conversion.pk)
    assert (claimed.attempts, claimed.next_attempt_at) == (1, world.clock() + conversions.LEASE)
    assert conversions.settle(reference=conversion.reference) is None


def test_a_fault_in_the_middle_leaves_everything_as_it_was(world, monkeypatch):
    """P7: wholly or not at all."""
    before = factories.balances(world.user)
    conversion = world.confirmed()
    world.observe()
    monkeypatch.setattr("wallet.models.lines.LineQuerySet.write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        conversions.settle(reference=conversion.reference)
    assert (world.status(conversion), factories.balances(world.user)) == ("confirmed", before)
    assert not list(audit())


def test_a_settlement_takes_the_same_number_of_queries_for_one_line_and_for_many(world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(*codes):
        conversion = world.confirmed(*codes)
        world.observe()
        with CaptureQueriesContext(connection) as captured:
            assert conversions.settle(reference=conversion.reference).is_completed
        return len(captured)

    for number in range(20):
        factories.asset(f"A{number}")
        world.observe(**{f"A{number}": "0.0001"})
        factories.deposit(world.user, f"A{number}", "1")
    queries("A0", "A1")  # makes the house's accounts that are missing
    factories.policy(interval_seconds=0)
    few = queries("DOGE", "A2")
    assert queries(*(f"A{number}" for number in range(3, 18))) == few


def test_p10_the_price_of_another_source_does_not_settle(world):
    """P10: prices of another source than the configured one do not count."""
    conversion = world.confirmed()
    world.clock.tick(seconds=1)
    world.observe()
    Price.objects.update(source="kraken")
    with pytest.raises(conversions.PricesPending):
        conversions.settle(reference=conversion.reference)
