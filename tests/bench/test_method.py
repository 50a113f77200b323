"""Only what was undisturbed counts, and what it comes to is said to people and to programs."""

import json
from fractions import Fraction

import pytest

from wallet.bench import report, settle
from wallet.bench.measure import Measured, Side
from wallet.bench.method import Cell, Pair, Result, Run
from wallet.bench.processes import FLOOR, ROUND

QUIET, NOISY = Fraction(15, 100), Fraction(16, 100)

OURS, THEIRS = Side(ROUND, 2), Side(FLOOR, 1)
CELL = Cell("rounds", 5, OURS, THEIRS, Fraction(2))


def measured(rate, others=QUIET):
    return Measured(Fraction(rate), 1_500_000, None, 2_000_000, 3_000_000, Fraction(1, 2), others)


class Machine:
    """Measures at once: sides have these rates, and others the machine in these measurements, one after the other."""

    def __init__(self, *others):
        self.others = list(others)
        self.asked = []

    def measure(self, side, lines, count):
        self.asked.append((side, count))
        return measured(600 if side == OURS else 200, self.others.pop(0) if self.others else QUIET)


def results(machine, reps=3, quick=False):
    *_, (result,) = Run(machine, seconds=2, reps=reps, quick=quick).repetitions([CELL])
    return result


def test_the_sides_take_turns_at_being_first_and_work_for_the_time_that_is_asked():
    machine = Machine()
    result = results(machine)
    assert [side for side, _ in machine.asked] == [OURS, THEIRS, THEIRS, OURS, OURS, THEIRS]
    assert [count for _, count in machine.asked] == [40, 40, 400, 1200, 1200, 400]
    assert (result.counts, result.ratio, result.met) == (True, 3, True)


def test_a_disturbed_repetition_is_made_again():
    machine = Machine(QUIET, NOISY, NOISY, QUIET)
    result = results(machine)
    assert len(machine.asked) == 2 * 5
    assert len(result.clean) == len(result.pairs) == 3


def test_one_that_stays_disturbed_is_given_up_and_fewer_than_three_clean_ones_are_no_result():
    machine = Machine(*[NOISY] * 8)
    result = results(machine)
    assert len(machine.asked) == 2 * (4 + 2)
    assert [pair.is_clean for pair in result.pairs] == [False, True, True]
    assert (result.counts, result.met) == (False, None)
    assert "(3.00)" in report.line(result)
    assert report.figure("settle", result).ratio is None


def test_a_quick_run_makes_nothing_again_and_judges_nothing():
    machine = Machine(*[NOISY] * 2)
    result = results(machine, quick=True)
    assert len(machine.asked) == 2 * 3
    assert (result.counts, result.met) == (False, None)


def test_what_nobody_can_tell_disturbs_nothing():
    assert Pair(measured(1, None), measured(1, None)).is_clean


def result_of(*rates):
    pairs = [Pair(measured(rate), measured(200)) for rate in rates]
    return Result(CELL, pairs, is_judged=True)


@pytest.mark.parametrize(("rate", "met"), [(399, False), (400, True)])
def test_a_target_is_met_by_the_median(rate, met):
    result = result_of(1, rate, 9000)
    assert (result.ratio, result.met) == (Fraction(rate, 200), met)


def test_results_go_to_people_and_to_programs(tmp_path):
    result = result_of(500, 500, 500)
    words = report.line(result).split()
    assert words == [
        "rounds",
        "5",
        "1",
        "500.0",
        "200.0",
        "2.50",
        "2.00",
        "2",
        "1.50",
        "–",
        "2.00",
        "3.00",
        "0.50",
        "15%",
    ]
    assert len(report.heading()) == len(report.line(result))
    report.write(tmp_path / "results.json", list(settle.figures(result)))
    rate, statements = json.loads((tmp_path / "results.json").read_text())["results"]
    assert rate == {
        "name": "settle rounds, 5 lines, 1 client",
        "value": 500,
        "unit": "conversions/s",
        "floor": 200,
        "ratio": 2.5,
        "target": 2,
        "met": True,
    }
    assert (statements["name"], statements["value"], statements["met"]) == (
        "settle rounds, 5 lines, 1 client, statements",
        0.5,
        True,
    )
