"""M7, at its edges: a jump is kept out until it is confirmed, and an honest market hardly ever jumps."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.market import NOW
from wallet.market import guards
from wallet.market.guards import History, Rule, Sample
from wallet.market.limits import Limits

FIGURES = Limits()


def rule_of(refused):
    return refused and refused.rule


def samples(*rates, ways=2, every=10, rule=""):
    """An asset's numbers in rounds before now, the last one `every` seconds ago."""
    count = len(rates)
    return [
        Sample(NOW - timedelta(seconds=every * (count - place)), Decimal(rate), ways, rule)
        for place, rate in enumerate(rates)
    ]


def jump(rate, before, *, ways=2, at_most=FIGURES.jump, last=None):
    history = History(before, last and Decimal(last))
    return rule_of(guards.refuse_jump(Decimal(rate), ways, history, NOW, at_most=at_most, limits=FIGURES))


@pytest.mark.parametrize(
    ("rate", "at_most", "rule"),
    [
        ("115", FIGURES.jump, None),
        ("115.01", FIGURES.jump, Rule.JUMP),
        ("85", FIGURES.jump, None),
        ("84.99", FIGURES.jump, Rule.JUMP),
        ("105", FIGURES.core_jump, None),
        ("105.01", FIGURES.core_jump, Rule.JUMP),
        ("94.99", FIGURES.core_jump, Rule.JUMP),
    ],
)
def test_m7_a_jump_from_the_median_of_the_last_minutes_is_kept_out(rate, at_most, rule):
    """M7: of 15%, and of 5% for BNB and the hubs."""
    assert jump(rate, samples("90", "100", "110"), at_most=at_most) == rule


def test_m7_a_jump_counts_once_rounds_from_two_ways_agree_for_a_minute():
    """M7: what was kept out for less, by one way, or with another number between, is not confirmed."""
    old, new = samples(*["100"] * 20, every=10), ["70"] * 6
    after = [one._replace(at=one.at - timedelta(seconds=60)) for one in old]
    assert jump("70", [*after, *samples(*new, rule=Rule.JUMP)]) is None
    assert jump("70", [*after, *samples(*new[1:], rule=Rule.JUMP)]) == Rule.JUMP
    assert jump("70", [*after, *samples(*new, ways=1, rule=Rule.JUMP)]) == Rule.JUMP
    assert jump("70", [*after, *samples(*new, rule=Rule.JUMP)], ways=1) == Rule.JUMP
    assert jump("70", [*after, *samples("70", "70", "70", "100", "70", "70", rule=Rule.JUMP)]) == Rule.JUMP


def test_m7_a_jump_that_was_believed_goes_on_being_a_price():
    """Although the median is still the old one."""
    before = [*samples(*["100"] * 20), *samples(*["70"] * 7)]
    before[:20] = [one._replace(at=one.at - timedelta(seconds=70)) for one in before[:20]]
    assert jump("70", before) is None


def test_m7_what_the_fallback_contradicted_no_length_of_time_confirms():
    """For minutes after it has fallen silent."""
    old = [one._replace(at=one.at - timedelta(seconds=200)) for one in samples("100", "100")]
    contradicted = [*old, *samples(*["70"] * 20, rule=Rule.FALLBACK)]
    assert jump("70", contradicted) == Rule.JUMP
    assert jump("70", [*contradicted, *samples(*["70"] * 12, rule=Rule.JUMP)]) == Rule.JUMP


@pytest.mark.parametrize(("every", "rule"), [(30, None), (31, Rule.JUMP)])
def test_m7_rounds_that_agree_follow_one_another(every, rule):
    """Two of them with a minute of silence between confirm nothing."""
    old = [one._replace(at=one.at - timedelta(seconds=100)) for one in samples("100", "100")]
    assert jump("70", [*old, *samples("70", "70", "70", every=every, rule=Rule.JUMP)]) == rule


@pytest.mark.parametrize("other", [Rule.ONE_WAY, Rule.AGREEMENT, Rule.FALLBACK])
def test_m7_what_another_rule_kept_out_confirms_nothing(other):
    old = [one._replace(at=one.at - timedelta(seconds=100)) for one in samples("100", "100")]
    assert jump("70", [*old, *samples(*["70"] * 8, rule=other)]) == Rule.JUMP


def test_m7_an_asset_that_never_had_a_price_has_nothing_to_jump_from():
    assert jump("70", []) is None


def test_m7_without_a_price_for_minutes_the_last_one_is_what_a_number_jumps_from():
    assert jump("70", [], last="100") == Rule.JUMP
    assert jump("90", [], last="100") is None
    assert jump("70", samples("70", "70", rule=Rule.JUMP), ways=1, last="100") == Rule.JUMP
    assert jump("70", samples(*["70"] * 6, rule=Rule.JUMP), last="100") is None


@pytest.mark.parametrize("at_most", [FIGURES.jump, FIGURES.core_jump])
def test_m7_a_random_walk_of_one_and_a_half_percent_a_minute_is_hardly_ever_kept_out(at_most):
    """M7: less than 2% of honest prices over an hour; the same hours each time."""
    refused = rounds = 0
    for seed in range(12):
        chance, price, before = random.Random(seed), 1.0, []
        for step in range(360):
            price *= 1 + chance.gauss(0, 0.015 / 6**0.5)
            rate, at = Decimal(f"{price:.9f}"), NOW + timedelta(seconds=10 * step)
            found = guards.refuse_jump(rate, 2, History(before), at, at_most=at_most, limits=FIGURES)
            before = [one for one in before if at - one.at < FIGURES.jump_memory]
            before.append(Sample(at, rate, 2, found.rule if found else ""))
            refused, rounds = refused + (found is not None), rounds + 1
    assert refused < rounds * 2 // 100, f"{refused} of {rounds}"
