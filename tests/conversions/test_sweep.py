import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from wallet import conversions
from wallet.conversions import Due, claims, settlement, sweep
from wallet.database.retrying import Busy
from wallet.models import Conversion, Line

NOTHING = Due(0, None, None)


def references(world, count):
    return [conversion.reference for conversion in world.confirmed_by_others(count)]


def ended(reference):
    """The conversion as the settlement itself ends it, whoever has claimed it."""
    (conversion,) = settlement.complete_or_stop([reference], waits=True).ended
    return conversion


def test_the_sweep_finds_what_no_message_reached(world):
    conversion = world.confirmed()
    assert factories.sweep() == Due(0, conversion.confirmed_at, None)
    assert world.status(conversion) == "confirmed"
    world.observe()
    assert factories.sweep() == Due(1, None, None)


def test_the_sweep_leaves_alone_what_somebody_has_claimed(world):
    conversion = world.confirmed()
    assert claims.claim(conversion.reference)
    assert factories.sweep() == NOTHING
    world.clock.tick(seconds=9, milliseconds=999)
    assert factories.sweep() == NOTHING
    world.clock.tick(milliseconds=1)
    assert factories.sweep() == Due(0, None, conversion.reference)


def test_the_sweep_ignores_quotes_and_what_is_finished(world):
    world.quoted("ETH")
    world.settled("DOGE")
    assert factories.sweep() == NOTHING


def test_after_five_lapsed_attempts_it_fails_without_running_and_touches_no_balance(world, caplog):
    before = factories.balances(world.user)
    conversion = world.confirmed()
    world.observe()
    assert claims.claim_chunk().references == (conversion.reference,)
    world.clock.tick(seconds=10)
    for _ in range(4):
        assert factories.sweep() == Due(0, None, conversion.reference)
        assert claims.claim(conversion.reference)
        assert claims.claim(conversion.reference) is None
        world.clock.tick(seconds=10)
    with caplog.at_level(logging.ERROR):
        assert factories.sweep() == NOTHING
    failed = Conversion.objects.get(pk=conversion.pk)
    assert (failed.status, failed.reason_code, failed.attempts) == ("failed", "attempts", 5)
    assert factories.balances(world.user) == before
    assert conversion.reference in caplog.text
    assert failed.refusals[0].words.cause == "It could not be finished in 5 attempts."


def test_what_has_more_attempts_than_there_are_now_fails_as_well(world):
    """Such as one of before a release that tries less often."""
    conversion = world.confirmed()
    Conversion.objects.update(attempts=7)
    factories.sweep()
    assert world.status(conversion) == "failed"


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
    spent, tried = references(world, 2)
    Conversion.objects.filter(reference=spent).update(attempts=6)
    Conversion.objects.filter(reference=tried).update(attempts=4)
    assert factories.sweep().alone == tried


def test_a_fifth_attempt_that_is_still_running_is_not_given_up(world):
    conversion = world.confirmed()
    Conversion.objects.update(attempts=4)
    assert claims.claim(conversion.reference)
    factories.sweep()
    assert world.status(conversion) == "confirmed"
    world.observe()
    assert ended(conversion.reference).is_completed


def test_a_backlog_is_claimed_in_chunks_the_oldest_first(world, chunks_of):
    chunks_of(2)
    first, second, third = references(world, 3)
    world.observe()
    assert factories.sweep().chunks == 2
    assert claims.claim_chunk().references == (first, second)
    assert claims.claim_chunk().references == (third,)
    assert claims.claim_chunk() is None


def test_a_chunk_has_no_more_lines_than_it_should_but_for_one_conversion_that_has(world, chunks_of):
    chunks_of(40, lines=4)
    made = []
    for number, codes in enumerate((["DOGE", "ETH", "EUR"], ["DOGE"], ["DOGE"], ["DOGE", "ETH", "EUR"])):
        owner = factories.user(f"customer{number}", {"DOGE": "100", "ETH": "0.01", "EUR": "10"})
        made.append(world.confirmed(*codes, owner=owner).reference)
    world.observe()
    assert claims.claim_chunk().references == tuple(made[:2])
    chunks_of(40, lines=2)
    assert claims.claim_chunk().references == (made[2],)
    assert claims.claim_chunk().references == (made[3],)


def test_no_more_messages_are_sent_than_workers_could_take(world, chunks_of):
    chunks_of(1)
    world.confirmed_by_others(10)
    world.observe()
    assert factories.sweep().chunks == 8


def test_the_newest_confirm_that_waits_for_the_market_is_what_a_round_is_asked_for(world):
    _, last = world.confirmed_by_others(2)
    newest = last.confirmed_at
    assert factories.sweep() == Due(0, newest, None)
    world.clock.tick(minutes=2, milliseconds=-1000)
    assert factories.sweep() == Due(1, newest, None)  # the other has waited too long: it is stopped at any price


def test_those_that_lost_an_attempt_run_one_at_a_time_and_the_least_tried_first(world):
    """What kills its worker takes no other with it: an innocent one is soon alone, and done."""
    poison, innocent, fresh = references(world, 3)
    for attempts, reference in ((2, poison), (1, innocent)):
        Conversion.objects.filter(reference=reference).update(attempts=attempts)
    world.observe()
    assert factories.sweep() == Due(1, None, innocent)
    assert claims.claim(innocent)
    assert factories.sweep() == Due(1, None, None)  # one that lost an attempt is in the next
    assert ended(innocent).is_completed
    assert factories.sweep() == Due(1, None, poison)
    assert claims.claim_chunk().references == (fresh,)


def test_one_that_kills_its_worker_each_time_holds_up_nobody_and_fails_alone(world):
    """Every kill takes with it whatever was claimed at the same moment."""
    poison, *others = references(world, 5)
    world.observe()
    done, rounds = set(), 0
    while Conversion.objects.confirmed().exists():
        rounds += 1
        alone = factories.sweep().alone
        for claimed in (claims.claim_chunk(), claims.claim(alone) if alone else None):
            if claimed and poison not in claimed.references:
                done |= {ended(reference).reference for reference in claimed.references}
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

    def locked(references, waits):
        running.append(references)
        world.clock.tick(seconds=10)
        if len(running) == 1:
            attempt()
        running.pop()
        raise Busy

    def attempt():
        assert factories.sweep() != NOTHING
        with pytest.raises(Busy):
            conversions.settle(reference=conversion.reference)

    monkeypatch.setattr(settlement, "complete_or_stop", locked)
    for _ in range(conversions.MAX_ATTEMPTS + 1):
        attempt()
    assert Conversion.objects.get(pk=conversion.pk).attempts == 0


@pytest.mark.parametrize("seconds", [0, 9])
def test_a_claim_that_is_given_back_late_leaves_the_next_one_alone(world, seconds):
    conversion = world.confirmed("DOGE")
    late = claims.claim(conversion.reference)
    world.clock.tick(seconds=10)
    assert claims.claim(conversion.reference)
    world.clock.tick(seconds=seconds)
    claims.give_back(late)
    assert factories.sweep() == NOTHING
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


def test_a_first_claim_that_is_given_back_once_more_when_it_has_lapsed_takes_no_attempt_from_nothing(world):
    conversion = world.confirmed("DOGE")
    claimed = claims.claim(conversion.reference)
    claims.give_back(claimed)
    world.clock.tick(seconds=10)
    claims.give_back(claimed)
    assert factories.sweep() == Due(0, conversion.confirmed_at, None)
    assert Conversion.objects.get(pk=conversion.pk).attempts == 0


def test_waiting_for_the_market_uses_up_no_attempts(world):
    conversion = world.confirmed()
    for _ in range(10):
        world.clock.tick(seconds=5)
        assert factories.sweep() == Due(0, conversion.confirmed_at, None)
        assert conversions.settle_round().finished == 0
        with pytest.raises(conversions.PricesPending):
            conversions.settle(reference=conversion.reference)
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


def test_clearing_ends_only_when_nothing_is_left_however_much_there_was(world, monkeypatch):
    """So much at a time, so that no transaction is long."""
    monkeypatch.setattr(sweep, "CLEARED_AT_ONCE", 2)
    for _ in range(5):
        world.quoted("DOGE", "ETH")
    world.clock.tick(hours=24, milliseconds=1)
    with CaptureQueriesContext(connection) as asked:
        assert conversions.clear_quotes() == 5
    assert not Conversion.objects.exists()
    assert not Line.objects.exists()
    sent = [query["sql"] for query in asked]
    assert sum(sql.startswith('DELETE FROM "wallet_conversion"') for sql in sent) == 3
    assert sum(sql.startswith('DELETE FROM "wallet_line"') for sql in sent) == 3


def test_a_quote_of_today_is_kept(world):
    world.quoted("DOGE")
    world.clock.tick(hours=23, minutes=59)
    assert conversions.clear_quotes() == 0


@pytest.mark.parametrize(("problem", "said"), [(Busy, "too_busy"), (ZeroDivisionError, "give_up_failed")])
def test_one_that_cannot_be_given_up_holds_up_no_other(world, monkeypatch, events, problem, said):
    owner = factories.user("other")
    factories.deposit(owner, "DOGE", "5")
    spent, due = world.confirmed("DOGE"), world.confirmed("DOGE", owner=owner)
    Conversion.objects.filter(pk=spent.pk).update(attempts=conversions.MAX_ATTEMPTS)
    asked = []

    def busy(reference):
        asked.append(reference)
        raise problem

    monkeypatch.setattr(sweep, "give_up", busy)
    assert factories.sweep().unanswered_since == due.confirmed_at
    assert asked == [spent.reference]
    assert [event["reference"] for event in events(said)] == [spent.reference]
    assert world.status(spent) == "confirmed"
