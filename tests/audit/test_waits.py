"""The audit finds conversions too near each other, and waits that are counted from the wrong moment."""

from datetime import timedelta

import pytest

from tests.support import factories
from tests.support.tampering import found, without_guards
from wallet import conversions
from wallet.audit import audit
from wallet.models import Customer, PolicyWithdrawal


@pytest.mark.parametrize("moment", ["'2026-11-22 00:00:00'", "NULL"])
def test_p5_a_wait_that_is_counted_from_another_moment_is_found(world, moment):
    """P5: the customer's last conversion is what the wait is counted from."""
    done = world.settled("DOGE", "ETH")
    without_guards(f"UPDATE wallet_customer SET last_converted_at = {moment}")
    problem = "is the customer's last, but the wait is counted from another"
    assert list(audit()) == [("P5", f"conversion {done.reference}", problem)]


def test_p5_a_wait_after_no_conversion_is_found(world):
    """P5: what did not convert does not start the wait."""
    Customer.objects.set_display(world.user, theme="dark")
    without_guards("UPDATE wallet_customer SET last_converted_at = '2026-11-22 00:00:00'")
    assert list(audit()) == [("P5", f"customer {world.user.pk}", "waits after a conversion that never was")]


def finish_at(conversion, moment):
    """Has the conversion finished at another moment, wherever that is written down."""
    at = moment.isoformat(" ").removesuffix("+00:00")
    without_guards(
        f"UPDATE wallet_conversion SET finished_at = '{at}' WHERE reference = '{conversion.reference}'",
        f"UPDATE wallet_transaction SET posted_at = '{at}' WHERE reference = '{conversion.reference}'",
        f"UPDATE wallet_customer SET last_converted_at = '{at}'",
    )


@pytest.fixture
def two(world):
    """Two completed conversions of one customer, seven hours apart."""
    first = world.settled("DOGE")
    world.clock.tick(hours=7)
    world.observe()
    return first, world.settled("ETH")


def test_p5_two_conversions_too_near_each_other_are_found(two):
    """P5: exactly the interval apart is not too near."""
    first, second = two
    assert found() == []
    finish_at(second, first.finished_at + timedelta(hours=6))
    assert [one for one in found() if one[0] == "P5"] == []
    finish_at(second, first.finished_at + timedelta(hours=6, milliseconds=-1))
    assert ("P5", "came 5:59:59.999000 after the one before") in found()


def version(interval, written_at):
    """A policy version with this interval, written down at that moment."""
    made = factories.policy(interval_seconds=int(interval.total_seconds()))
    at = written_at.isoformat(" ").removesuffix("+00:00")
    without_guards(f"UPDATE wallet_policy SET created_at = '{at}' WHERE id = {made.pk}")
    return made


@pytest.mark.parametrize(
    ("written", "is_found"),
    [
        (timedelta(hours=-1), True),
        (timedelta(seconds=-10), True),
        # So near that nobody can tell whether the settlement had read it.
        (timedelta(seconds=-9.999), False),
        (timedelta(0), False),
        (timedelta(seconds=9.999), False),
        (timedelta(days=1), False),
    ],
)
def test_p5_the_interval_is_the_one_that_was_in_force_when_the_later_one_was_completed(two, written, is_found):
    """P5: seven hours were enough until the version of eight."""
    version(timedelta(hours=6), two[0].finished_at - timedelta(days=1))
    version(timedelta(hours=8), two[1].finished_at + written)
    assert found() == ([("P5", "came 7:00:02 after the one before")] if is_found else [])


@pytest.mark.parametrize(
    ("written", "is_found"),
    [
        (timedelta(seconds=-10), False),
        (timedelta(seconds=9.999), False),
        (timedelta(seconds=10), True),
        (timedelta(days=1), True),
    ],
)
def test_p5_a_shorter_interval_counts_from_its_version_on(two, written, is_found):
    """P5: what came too early is not excused by a version of later, nor by one of before that held no longer."""
    version(timedelta(hours=1), two[0].finished_at - timedelta(days=2))
    version(timedelta(hours=8), two[0].finished_at - timedelta(days=1))
    version(timedelta(hours=2), two[1].finished_at + written)
    assert found() == ([("P5", "came 7:00:02 after the one before")] if is_found else [])


def test_p5_before_any_version_the_first_was_in_force(two):
    """P5: a clock that was set may have conversions from before it."""
    version(timedelta(hours=1), two[1].finished_at + timedelta(days=2))
    assert found() == []
    without_guards("UPDATE wallet_policy SET interval_seconds = 28800 WHERE id = (SELECT min(id) FROM wallet_policy)")
    assert found() == [("P5", "came 7:00:02 after the one before")]


def shift(conversion, column, moment):
    at = moment.isoformat(" ").removesuffix("+00:00")
    without_guards(f"UPDATE wallet_conversion SET {column} = '{at}' WHERE reference = '{conversion.reference}'")


@pytest.mark.parametrize(("lived", "is_found"), [(29.999, False), (30, True), (3_600, True)])
@pytest.mark.parametrize("changes", [{}, {"DOGE": "0.000003"}])
def test_r8_a_quote_that_was_confirmed_too_late_is_found(world, changes, lived, is_found):
    """R8: whatever became of it; the lifetime itself has passed already."""
    done = world.settled("DOGE", **changes)
    shift(done, "quoted_at", done.confirmed_at - timedelta(seconds=lived))
    expected = f"was confirmed {timedelta(seconds=lived)} after its quote, which lived for 30 seconds"
    assert found() == ([("R8", expected)] if is_found else [])


@pytest.mark.parametrize("changes", [{}, {"DOGE": "0.000003"}])
def test_r8_a_confirm_before_its_quote_is_found(world, changes):
    """R8: whatever became of it."""
    done = world.settled("DOGE", **changes)
    shift(done, "quoted_at", done.confirmed_at + timedelta(seconds=1))
    assert found() == [("R8", "was confirmed 0:00:01 before its quote")]


def test_r8_a_quote_lives_as_long_as_its_own_version_says(world):
    """R8: not as the newest one does."""
    done = world.settled("DOGE")
    factories.policy(quote_seconds=3_600)
    shift(done, "quoted_at", done.confirmed_at - timedelta(seconds=31))
    assert [promise for promise, _ in found()] == ["R8"]


@pytest.mark.parametrize(("waited", "is_found"), [(119.999, False), (120, True), (7_200, True)])
def test_r8_a_conversion_that_was_completed_after_the_longest_wait_is_found(world, waited, is_found):
    """R8: the longest wait itself is too late, as it is for the settlement."""
    done = world.settled("DOGE")
    finish_at(done, done.confirmed_at + timedelta(seconds=waited))
    expected = f"was converted {timedelta(seconds=waited)} after Confirm, and 120 seconds is the longest wait"
    assert found() == ([("R8", expected)] if is_found else [])


def test_r8_a_conversion_that_was_completed_before_confirm_is_found(world):
    """R8: no price can have been newer than Confirm then."""
    done = world.settled("DOGE")
    finish_at(done, done.confirmed_at - timedelta(seconds=3))
    assert ("R8", "was converted 0:00:03 before Confirm") in found()


def test_what_was_stopped_after_the_longest_wait_came_in_time(world):
    conversion = world.confirmed("DOGE")
    world.clock.tick(minutes=5)
    assert conversions.settle(reference=conversion.reference).is_stopped
    assert found() == []


def test_p20_a_conversion_that_was_judged_by_a_version_before_its_time_is_found(two):
    """P20: and by one that was withdrawn."""
    second = two[1]
    pending = factories.policy(effective_from=second.finished_at + timedelta(hours=1))
    without_guards(f"UPDATE wallet_conversion SET policy_id = {pending.pk} WHERE reference = '{second.reference}'")
    assert found() == [("P20", f"was judged by policy version {pending.pk} before its time")]
    PolicyWithdrawal.objects.create(policy=pending, reason="A typo.")
    assert found() == [("P20", f"was judged by policy version {pending.pk}, which was withdrawn")]


@pytest.mark.parametrize(("after", "is_found"), [(-10, True), (-9.999, False), (9.999, False), (3600, False)])
def test_p5_a_version_counts_from_its_stated_moment(two, after, is_found):
    """P5: not from when it was written down; where a settlement is as near as that, either interval was in force."""
    version(timedelta(hours=6), two[0].finished_at - timedelta(days=2))
    made = version(timedelta(hours=8), two[0].finished_at - timedelta(days=1))
    at = (two[1].finished_at + timedelta(seconds=after)).isoformat(" ").removesuffix("+00:00")
    without_guards(f"UPDATE wallet_policy SET effective_from = '{at}' WHERE id = {made.pk}")
    assert found() == ([("P5", "came 7:00:02 after the one before")] if is_found else [])


def test_p5_a_version_that_was_withdrawn_never_counted(two):
    """P5: but for settlements that may not have seen the withdrawal."""
    version(timedelta(hours=6), two[0].finished_at - timedelta(days=2))
    made = version(timedelta(hours=8), two[0].finished_at - timedelta(days=1))
    row = f"INSERT INTO wallet_policywithdrawal (policy_id, reason, created_at) VALUES ({made.pk}, 'x', '2026-11-01')"
    without_guards(row)
    assert found() == []
