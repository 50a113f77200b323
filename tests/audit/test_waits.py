"""The audit finds conversions too near each other, and waits that are counted from the wrong moment."""

from datetime import timedelta

import pytest

from tests.support import factories
from tests.support.tampering import found, without_guards
from wallet.audit import audit
from wallet.models import Customer


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


def test_p5_two_conversions_too_near_each_other_are_found(world):
    """P5: by the shortest interval that any policy has had; exactly that far apart is not too near."""
    first = world.settled("DOGE")
    world.clock.tick(hours=6)
    world.observe()
    second = world.settled("ETH")
    assert found() == []
    finish_at(second, first.finished_at + timedelta(hours=6))
    assert found() == []
    finish_at(second, first.finished_at + timedelta(hours=5))
    assert found() == [("P5", "came 5:00:00 after the one before")]
    factories.policy(interval_seconds=4 * 3600)
    assert found() == []
