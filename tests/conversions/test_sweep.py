import logging

import pytest

from tests.support import factories
from wallet import conversions
from wallet.conversions import claims, settlement, sweep
from wallet.database.retrying import Busy
from wallet.models import Conversion


def test_the_sweep_finds_what_no_message_reached(world):
    conversion = world.confirmed()
    assert factories.sweep() == [conversion.reference]
    assert world.status(conversion) == "confirmed"


def test_the_sweep_leaves_alone_what_somebody_has_claimed(world):
    conversion = world.confirmed()
    assert claims.claim(conversion.reference)
    assert factories.sweep() == []
    world.clock.tick(seconds=9, milliseconds=999)
    assert factories.sweep() == []
    world.clock.tick(milliseconds=1)
    assert factories.sweep() == [conversion.reference]


def test_the_sweep_ignores_quotes_and_what_is_finished(world):
    world.quoted("ETH")
    world.settled("DOGE")
    assert factories.sweep() == []


def test_after_five_lapsed_attempts_it_fails_without_running_and_touches_no_balance(world, caplog):
    before = factories.balances(world.user)
    conversion = world.confirmed()
    for _ in range(5):
        assert factories.sweep() == [conversion.reference]
        assert claims.claim(conversion.reference)
        assert claims.claim(conversion.reference) is None
        world.clock.tick(seconds=10)
    with caplog.at_level(logging.ERROR):
        assert factories.sweep() == []
    failed = Conversion.objects.get(pk=conversion.pk)
    assert (failed.status, failed.reason_code, failed.attempts) == ("failed", "attempts", 5)
    assert factories.balances(world.user) == before
    assert conversion.reference in caplog.text
    assert failed.refusals[0].words.cause == "It could not be finished in 5 attempts."


def test_one_whose_last_attempt_was_claimed_while_it_was_given_up_is_left_alone(world):
    """Between the sweep's look and its lock another worker may have begun."""
    conversion = world.confirmed()
    Conversion.objects.update(attempts=5, next_attempt_at=world.clock())
    sweep.give_up(conversion.reference)
    assert world.status(conversion) == "failed"
    other = world.confirmed("ETH")
    world.clock.tick(seconds=1)
    Conversion.objects.confirmed().update(attempts=5)
    later = world.clock()
    world.clock.tick(milliseconds=-1)
    Conversion.objects.confirmed().update(next_attempt_at=later)
    sweep.give_up(other.reference)
    assert world.status(other) == "confirmed"
    Conversion.objects.confirmed().update(attempts=4, next_attempt_at=world.clock())
    sweep.give_up(other.reference)
    assert world.status(other) == "confirmed"


def test_those_that_used_up_their_attempts_are_never_sent(world):
    spent, tried = customers(world, 2)
    Conversion.objects.filter(reference=spent).update(attempts=6)
    Conversion.objects.filter(reference=tried).update(attempts=4)
    assert factories.sweep() == [tried]


def test_a_fifth_attempt_that_is_still_running_is_not_given_up(world):
    conversion = world.confirmed()
    Conversion.objects.update(attempts=4)
    assert claims.claim(conversion.reference)
    factories.sweep()
    assert world.status(conversion) == "confirmed"
    world.observe()
    assert settlement.complete_or_stop(conversion.reference).is_completed


def customers(world, count):
    """Conversions of customers of their own, confirmed one after the other."""
    made = []
    for number in range(count):
        owner = factories.user(f"customer{number}")
        factories.deposit(owner, "DOGE", "100")
        made.append(world.confirmed("DOGE", owner=owner).reference)
    return made


def test_a_backlog_is_sent_in_parts_the_oldest_first(world, monkeypatch):
    monkeypatch.setattr("wallet.conversions.sweep.AT_ONCE", 2)
    waiting = []
    for name in ("first", "second", "third"):
        owner = factories.user(name)
        factories.deposit(owner, "DOGE", "100")
        waiting.append(world.confirmed("DOGE", owner=owner).reference)
    assert factories.sweep() == waiting[:2]


def test_those_that_lost_an_attempt_run_one_at_a_time_and_the_least_tried_first(world):
    """What kills its worker takes no other with it: an innocent one is soon alone, and done."""
    poison, innocent, fresh = customers(world, 3)
    for attempts, reference in ((2, poison), (1, innocent)):
        Conversion.objects.filter(reference=reference).update(attempts=attempts)
    assert factories.sweep() == [fresh, innocent]
    assert claims.claim(innocent)
    assert factories.sweep() == [fresh]  # one that lost an attempt is in the next
    world.observe()
    assert settlement.complete_or_stop(innocent).is_completed
    assert factories.sweep() == [fresh, poison]


def test_one_that_kills_its_worker_each_time_holds_up_nobody_and_fails_alone(world):
    """Every kill takes with it whatever was claimed at the same moment."""
    poison, *others = customers(world, 5)
    world.observe()
    done, rounds = set(), 0
    while Conversion.objects.confirmed().exists():
        rounds += 1
        sent = factories.sweep()
        claimed = [reference for reference in sent if claims.claim(reference)]
        if poison not in claimed:
            for reference in claimed:
                done.add(settlement.complete_or_stop(reference).reference)
        world.clock.tick(seconds=10)
        world.observe()
    assert Conversion.objects.get(reference=poison).is_failed
    assert done == set(others)
    assert rounds <= 11


def test_attempts_that_wait_for_a_lock_longer_than_their_claims_last_are_not_used_up(world, monkeypatch):
    """Each lapses meanwhile and another begins beside it. All of them find the database busy; none was lost."""
    conversion = world.confirmed("DOGE")
    world.observe()
    running = []

    def locked(reference):
        running.append(reference)
        world.clock.tick(seconds=10)
        if len(running) == 1:
            attempt()
        running.pop()
        raise Busy

    def attempt():
        assert factories.sweep() == [conversion.reference]
        with pytest.raises(Busy):
            conversions.settle(reference=conversion.reference)

    monkeypatch.setattr(settlement, "complete_or_stop", locked)
    for _ in range(conversions.MAX_ATTEMPTS + 1):
        attempt()
    assert Conversion.objects.get(pk=conversion.pk).attempts == 0


def test_a_claim_that_is_given_back_late_leaves_the_next_one_alone(world):
    conversion = world.confirmed("DOGE")
    late = claims.claim(conversion.reference)
    world.clock.tick(seconds=10)
    assert claims.claim(conversion.reference)
    claims.give_back(late)
    assert factories.sweep() == []
    assert Conversion.objects.get(pk=conversion.pk).attempts == 1


def test_a_claim_is_given_back_once_however_often_it_is_tried(world):
    """The answer to the first try may have been lost with the connection."""
    conversion = world.confirmed("DOGE")
    for _ in range(3):
        claimed = claims.claim(conversion.reference)
        world.clock.tick(seconds=10)
    world.clock.tick(seconds=-1)
    for _ in range(2):
        claims.give_back(claimed)
        assert Conversion.objects.get(pk=conversion.pk).attempts == 2
        world.clock.tick(microseconds=1)
    assert claims.claim(conversion.reference)
    assert Conversion.objects.get(pk=conversion.pk).attempts == 3


def test_waiting_for_the_market_uses_up_no_attempts(world):
    conversion = world.confirmed()
    for _ in range(10):
        world.clock.tick(seconds=5)
        for reference in factories.sweep():
            try:
                conversions.settle(reference=reference)
            except conversions.PricesPending:
                continue
    assert Conversion.objects.get(pk=conversion.pk).attempts == 0


def test_clearing_deletes_only_quotes_that_nobody_confirmed_for_a_day(world):
    old = world.quoted("DOGE")
    world.clock.tick(seconds=40)
    world.observe()
    renewed = conversions.renew(conversion=old)
    done = world.settled("ETH")
    world.clock.tick(hours=24)
    assert conversions.clear_quotes() == 2
    assert list(Conversion.objects.values_list("reference", flat=True)) == [done.reference]
    assert not Conversion.objects.filter(pk__in=[old.pk, renewed.pk]).exists()


def test_clearing_keeps_a_quote_that_a_kept_conversion_renews(world):
    old = world.quoted("DOGE")
    world.clock.tick(seconds=40)
    world.observe()
    renewed = conversions.renew(conversion=old)
    conversions.confirm(user=world.user, reference=renewed.reference)
    world.clock.tick(days=2)
    assert conversions.clear_quotes() == 0


def test_a_quote_of_today_is_kept(world):
    world.quoted("DOGE")
    world.clock.tick(hours=23, minutes=59)
    assert conversions.clear_quotes() == 0


def test_one_that_cannot_be_given_up_now_holds_up_no_other(world, monkeypatch):
    owner = factories.user("other")
    factories.deposit(owner, "DOGE", "5")
    spent, due = world.confirmed("DOGE"), world.confirmed("DOGE", owner=owner)
    Conversion.objects.filter(pk=spent.pk).update(attempts=conversions.MAX_ATTEMPTS)
    asked = []

    def busy(reference):
        asked.append(reference)
        raise Busy

    monkeypatch.setattr(sweep, "give_up", busy)
    assert factories.sweep() == [due.reference]
    assert asked == [spent.reference]
    assert world.status(spent) == "confirmed"
