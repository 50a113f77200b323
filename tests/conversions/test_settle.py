import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.support import factories
from tests.support.settling import assert_stopped
from wallet import conversions
from wallet.audit import audit
from wallet.conversions import settlement
from wallet.models import Account, Conversion, Customer, Entry, Price


@pytest.mark.parametrize(
    ("changes", "event", "reason"),
    [({}, "conversion_completed", None), ({"DOGE": "0.000003"}, "conversion_stopped", "price_changed")],
)
def test_the_log_says_how_it_ended_once_that_is_committed(world, monkeypatch, events, changes, event, reason):
    open_now = len(connection.savepoint_ids)
    depths = []
    logger = logging.getLogger(settlement.__name__)
    monkeypatch.setattr(logger, "filters", [lambda _: depths.append(len(connection.savepoint_ids)) or True])
    ended = world.settled("DOGE", **changes)
    assert [(said["reference"], said.get("reason")) for said in events(event)] == [(ended.reference, reason)]
    assert depths == [open_now]


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
    factories.prices(world.rates, observed_at=conversion.confirmed_at - age)
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


def test_a_first_bnb_balance_is_made(world):
    assert not Account.objects.customers().filter(user=world.user, asset__code="BNB").exists()
    world.settled("DOGE")
    assert factories.balance(world.user, "BNB") == 2_000_000


def test_an_attempt_is_counted_before_it_is_made_and_the_next_need_not_wait_for_its_lease(world, monkeypatch):
    """While it runs, nobody else begins one; once it came to nothing, the next may."""
    conversion = world.confirmed()

    counted = []

    def faulty(references, waits):
        claimed = Conversion.objects.get(pk=conversion.pk)
        counted.append(claimed.attempts)
        assert claimed.next_attempt_at == world.clock() + conversions.LEASE
        assert conversions.settle(reference=conversion.reference) is None
        return 1 / 0

    monkeypatch.setattr(settlement, "complete_or_stop", faulty)
    for _ in range(conversions.MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            conversions.settle(reference=conversion.reference)
    assert conversions.settle(reference=conversion.reference) is None
    assert counted == [1, 2, 3, 4, 5]
    factories.sweep()
    assert world.status(conversion) == "failed"


def test_a_fault_in_the_middle_leaves_everything_as_it_was(world, monkeypatch):
    """P7: wholly or not at all."""
    before = factories.balances(world.user)
    conversion = world.confirmed()
    world.observe()
    monkeypatch.setattr("wallet.database.writing.update", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        conversions.settle(reference=conversion.reference)
    assert (world.status(conversion), factories.balances(world.user)) == ("confirmed", before)
    assert not list(audit())


def test_a_settlement_takes_the_same_number_of_queries_for_one_line_and_for_many(world, queries):
    def settling(*codes):
        conversion = world.confirmed(*codes)
        world.observe()
        sent = queries(conversions.settle, reference=conversion.reference)
        assert world.status(conversion) == "completed"
        return len(sent)

    codes = world.hold_more(20)
    settling(*codes[:2])  # makes the house's accounts that are missing
    factories.policy(interval_seconds=0)
    few = settling("DOGE", codes[2])
    assert settling(*codes[3:18]) == few


def test_p10_the_price_of_another_source_does_not_settle(world):
    """P10: prices of another source than the configured one do not count."""
    conversion = world.confirmed()
    world.clock.tick(seconds=1)
    world.observe()
    Price.objects.update(source="kraken")
    with pytest.raises(conversions.PricesPending):
        conversions.settle(reference=conversion.reference)
