import logging

import pytest

from tests.support import factories
from wallet import ledger, tasks
from wallet.conversions import settlement
from wallet.database.retrying import Busy
from wallet.market import rounds
from wallet.market.source import MarketError
from wallet.models import Conversion, HouseBalance, Pulse


@pytest.fixture
def sent(monkeypatch):
    """What tasks sent to other tasks: (task, its arguments)."""
    found = []
    for task in (tasks.settle, tasks.refresh_prices, tasks.sweep):
        monkeypatch.setattr(
            task, "apply_async", lambda args=(), name=task.name, **options: found.append((name, args, options))
        )
    return found


def names(sent):
    return [(name.rpartition(".")[2], args) for name, args, _ in sent]


def test_settle_finishes_a_conversion(world, sent):
    conversion = world.confirmed()
    world.observe()
    tasks.settle(conversion.reference)
    assert world.status(conversion) == "completed"
    assert sent == []


def test_after_one_that_had_to_run_alone_the_next_is_sent_at_once(world, sent):
    conversion = world.confirmed()
    world.observe()
    Conversion.objects.update(attempts=1)
    tasks.settle(conversion.reference)
    assert world.status(conversion) == "completed"
    assert names(sent) == [("sweep", ())]


def test_a_round_leaves_those_that_lost_an_attempt_to_the_sweep(world, sent, monkeypatch):
    world.confirmed()
    Conversion.objects.update(attempts=1)
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: world.observe())
    tasks.refresh_prices()
    assert sent == []


def test_without_a_price_since_confirm_settle_asks_for_a_round(world, sent):
    conversion = world.confirmed()
    tasks.settle(conversion.reference)
    assert names(sent) == [("refresh_prices", (conversion.confirmed_at.isoformat(),))]


def test_a_round_sends_everybody_on_who_waited_for_it(world, sent, monkeypatch):
    others = [factories.user(f"other{number}") for number in range(3)]
    waiting = []
    for owner in others:
        factories.deposit(owner, "DOGE", "100")
        waiting.append(world.confirmed("DOGE", owner=owner).reference)
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: world.observe())
    tasks.refresh_prices(world.clock().isoformat())
    assert sorted(names(sent)) == sorted(("settle", (reference,)) for reference in waiting)


def test_a_round_does_not_send_on_who_needs_a_newer_price_still(world, sent, monkeypatch):
    """Were it sent, it would ask for a round, which would send it, and so on for ever."""
    conversion = world.confirmed("DOGE", "ETH")
    before = conversion.confirmed_at

    def late():
        factories.price("BNB", "0.01")
        factories.price("DOGE", "0.000002", observed_at=before - (world.clock() - conversion.quoted_at))

    world.clock.tick(seconds=1)
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: late())
    tasks.refresh_prices()
    assert sent == []
    world.observe()
    tasks.refresh_prices()
    assert sent == []  # the market was put back to late prices by the round itself
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: world.observe())
    tasks.refresh_prices()
    assert names(sent) == [("settle", (conversion.reference,))]


def test_a_market_that_does_not_answer_is_logged_and_no_fault(world, sent, monkeypatch, caplog):
    def silent(wanted_at):
        raise MarketError("demo gave no usable price.")

    monkeypatch.setattr(rounds, "refresh", silent)
    world.confirmed()
    with caplog.at_level(logging.WARNING):
        tasks.refresh_prices()
    assert "gave no usable price" in caplog.text
    assert sent == []


def test_a_busy_database_uses_up_no_attempt(world, sent, monkeypatch):
    conversion = world.confirmed()
    world.observe()

    def busy(_):
        raise Busy

    monkeypatch.setattr(settlement, "complete_or_stop", busy)
    tasks.settle(conversion.reference)
    row = Conversion.objects.get(pk=conversion.pk)
    assert (row.status, row.attempts, row.next_attempt_at) == ("confirmed", 0, world.clock())


def test_the_sweep_sends_what_is_due_with_an_expiry_and_beats(world, sent):
    conversion = world.confirmed()
    tasks.sweep()
    assert names(sent) == [("settle", (conversion.reference,))]
    assert sent[0][2]["expires"] == 10
    assert Pulse.objects.get(name="sweep").beat_at == world.clock()


def test_clearing_is_a_task(world):
    world.quoted()
    world.clock.tick(days=2)
    tasks.clear_quotes()
    assert not Conversion.objects.exists()


def test_the_houses_balances_are_summed_by_a_task_that_a_busy_database_does_not_break(world, monkeypatch, caplog):
    tasks.sum_house_balances()
    assert HouseBalance.objects.get(account__kind="outside", account__asset__code="DOGE").units == -100_000_000

    def busy():
        raise Busy

    monkeypatch.setattr(ledger, "sum_house_balances", busy)
    with caplog.at_level(logging.WARNING):
        tasks.sum_house_balances()
    assert "the next round will" in caplog.text
