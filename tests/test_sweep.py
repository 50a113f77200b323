import logging

from tests import factories
from wallet import conversions
from wallet.models import Conversion


def test_the_sweep_finds_what_no_message_reached(world):
    conversion = world.confirmed()
    assert conversions.sweep() == [conversion.reference]
    assert world.status(conversion) == "confirmed"


def test_the_sweep_leaves_alone_what_somebody_has_claimed(world, monkeypatch):
    conversion = world.confirmed()
    assert conversions._claim(conversion.reference)
    assert conversions.sweep() == []
    world.clock.tick(seconds=9, milliseconds=999)
    assert conversions.sweep() == []
    world.clock.tick(milliseconds=1)
    assert conversions.sweep() == [conversion.reference]


def test_the_sweep_ignores_quotes_and_what_is_finished(world):
    world.quoted("ETH")
    world.settled("DOGE")
    assert conversions.sweep() == []


def test_after_five_lapsed_attempts_it_fails_without_running_and_touches_no_balance(world, caplog):
    before = factories.balances(world.user)
    conversion = world.confirmed()
    for _ in range(5):
        assert conversions.sweep() == [conversion.reference]
        assert conversions._claim(conversion.reference)
        assert conversions._claim(conversion.reference) is None
        world.clock.tick(seconds=10)
    with caplog.at_level(logging.ERROR):
        assert conversions.sweep() == []
    failed = Conversion.objects.get(pk=conversion.pk)
    assert (failed.status, failed.reason_code, failed.attempts) == ("failed", "attempts", 5)
    assert factories.balances(world.user) == before
    assert conversion.reference in caplog.text
    assert failed.reason_words.cause == "It could not be finished in 5 attempts."


def test_a_fifth_attempt_that_is_still_running_is_not_given_up(world):
    conversion = world.confirmed()
    Conversion.objects.update(attempts=4)
    assert conversions._claim(conversion.reference)
    conversions.sweep()
    assert world.status(conversion) == "confirmed"
    world.observe()
    assert conversions._decide(reference=conversion.reference).is_completed


def test_waiting_for_the_market_uses_up_no_attempts(world):
    conversion = world.confirmed()
    for _ in range(10):
        world.clock.tick(seconds=5)
        for reference in conversions.sweep():
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
