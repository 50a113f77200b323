"""P4, P6: each attempt that came to nothing is written down for support, once, whether its worker could say so or not."""

from datetime import timedelta

import pytest

from tests.support.attacks import check_constraints, empty, refused, replace, sql
from wallet import conversions
from wallet.conversions import claims, settlement, sweep
from wallet.models import LostAttempt


def lost(conversion):
    """When each began and ended, in seconds since Confirm, and what went wrong."""
    began = conversion.confirmed_at
    return [
        ((one.claimed_at - began).total_seconds(), (one.lost_at - began).total_seconds(), one.error)
        for one in LostAttempt.objects.filter(conversion=conversion)
    ]


def test_p4_what_went_wrong_is_written_down_with_the_attempt(world, monkeypatch):
    """P4."""
    conversion = world.confirmed("DOGE")

    def fails(*args, **options):
        world.clock.tick(seconds=2)
        raise ValueError("one\nof " + "a" * 300)

    monkeypatch.setattr(settlement, "complete_or_stop", fails)
    for _ in range(2):
        with pytest.raises(ValueError):
            conversions.settle(reference=conversion.reference)
    assert [one[:2] for one in lost(conversion)] == [(0, 2), (2, 4)]
    assert lost(conversion)[0][2] == ("ValueError: one\nof " + "a" * 300)[:200]


@pytest.mark.parametrize("together", [True, False])
def test_p4_an_attempt_that_was_killed_is_written_down_by_the_next(world, together):
    """P4: nobody could say what became of it, so it ended when its claim did."""
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()
    assert claims.claim_chunk() if together else claims.claim(conversion.reference)
    assert lost(conversion) == []
    world.clock.tick(seconds=11)
    assert claims.claim(conversion.reference)
    assert lost(conversion) == [(1, 11, "")]
    world.clock.tick(seconds=12)
    assert conversions.settle(reference=conversion.reference).is_completed
    assert lost(conversion) == [(1, 11, ""), (12, 22, "")]


def test_p6_what_is_given_up_has_every_attempt(world):
    """P6."""
    conversion = world.confirmed("DOGE")
    for _ in range(conversions.MAX_ATTEMPTS):
        assert claims.claim(conversion.reference)
        world.clock.tick(seconds=10)
    sweep.fail_exhausted()
    sweep.fail_exhausted()
    assert world.status(conversion) == "failed"
    assert lost(conversion) == [(10 * number, 10 * number + 10, "") for number in range(conversions.MAX_ATTEMPTS)]


def test_what_is_given_back_is_no_attempt(world):
    conversion = world.confirmed("DOGE")
    with pytest.raises(conversions.PricesPending):
        conversions.settle(reference=conversion.reference)
    world.clock.tick(seconds=11)
    world.observe()
    assert conversions.settle_round().finished == 1
    assert lost(conversion) == []


def test_what_a_chunk_could_not_settle_is_written_down_once_it_fails_alone(world, monkeypatch):
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()

    def fails(*args, **options):
        raise ValueError("no")

    monkeypatch.setattr(settlement, "complete_or_stop", fails)
    conversions.settle_round()
    assert lost(conversion) == [(1, 1, "ValueError: no")]


def test_p14_a_lost_attempt_is_written_once_and_of_what_runs(world):
    """P14."""
    conversion = world.confirmed("DOGE")
    claims.claim(conversion.reference)
    world.clock.tick(seconds=10)
    claims.claim(conversion.reference)
    row = LostAttempt.objects.get()
    check_constraints()
    refused(
        lambda: sql("UPDATE wallet_lostattempt SET error = 'x'"),
        lambda: sql("DELETE FROM wallet_lostattempt"),
        lambda: empty("wallet_lostattempt"),
        lambda: replace("wallet_lostattempt", "id", row.pk),
        by="written once|never emptied",
    )
    before = row.claimed_at - timedelta(seconds=1)
    refused(
        lambda: LostAttempt.objects.create(conversion=conversion, claimed_at=row.claimed_at, lost_at=before),
        lambda: LostAttempt.objects.create(conversion=conversion, claimed_at=before, lost_at=row.lost_at),
    )


def test_p14_nothing_is_lost_of_what_has_ended(world):
    """P14."""
    ended = world.settled("DOGE")
    at = world.clock()
    refused(
        lambda: LostAttempt.objects.create(conversion=ended, claimed_at=at, lost_at=at),
        by="an attempt is at a confirmed conversion",
    )
