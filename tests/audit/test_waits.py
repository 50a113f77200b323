"""The audit finds conversions too near each other, and waits that are counted from the wrong moment."""

import pytest

from tests.support import factories
from tests.support.tampering import found, without_guards
from wallet.audit import audit
from wallet.models import Conversion, Customer


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


def test_p5_two_conversions_too_near_each_other_are_found(world):
    """P5: by the shortest interval that any policy has had."""
    world.settled("DOGE")
    world.clock.tick(hours=6)
    world.observe()
    world.settled("ETH")
    assert found() == []
    second = Conversion.objects.first()
    earlier = second.finished_at.replace(hour=second.finished_at.hour - 1).isoformat(" ")
    for table, column in (
        ("conversion", "finished_at"),
        ("transaction", "posted_at"),
        ("customer", "last_converted_at"),
    ):
        name = "" if table == "customer" else f" WHERE reference = '{second.reference}'"
        without_guards(f"UPDATE wallet_{table} SET {column} = '{earlier.removesuffix('+00:00')}'{name}")
    assert [promise for promise, words in found() if "after the one before" in words] == ["P5"]
    factories.policy(interval_seconds=4 * 3600)
    assert found() == []
