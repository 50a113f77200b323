"""The audit finds what ended without converting and has no reason that there is, or a trace of a conversion."""

import pytest

from tests.support import factories
from tests.support.tampering import found, found_in_rows, without_constraint, without_guards

WHOLE = "UPDATE wallet_conversion SET"
NONE = ("P6", "its reasons are none that there are")


def one(facts):
    return f'[{{"code": "price_changed", "facts": {facts}}}]'


@pytest.fixture
def stopped(world):
    world.settled("DOGE", "ETH", DOGE="0.000003", ETH="0.04")
    assert found() == []


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ("reason_code = 'because'", ("P6", "says 'because', which is not the first of its reasons")),
        ("reason_code = 'wait'", ("P6", "says 'wait', which is not the first of its reasons")),
        ("reasons = '[]'", ("P6", "says 'price_changed', which is not the first of its reasons")),
        ("""reasons = '[{"code": "because", "facts": {}}]', reason_code = 'because'""", NONE),
        ("""reasons = '[{"code": "price_changed"}]'""", NONE),
        ("reasons = '{}'", ("P6", "says 'price_changed', which is not the first of its reasons")),
        ("reasons = '5'", NONE),
        ("reasons = 'null'", NONE),
        ("""reasons = '["price_changed"]'""", NONE),
        (f"reasons = '{one('[]')}'", NONE),
    ],
)
def test_p6_a_stopped_conversion_without_a_reason_that_there_is_is_found(stopped, change, violation):
    """P6: it is finished with a reason, which every page can say."""
    without_guards(f"{WHOLE} {change}")
    assert found() == [violation]


def test_p6_so_is_a_failed_one(world):
    """P6."""
    conversion = world.confirmed("DOGE")
    type(conversion).objects.filter(pk=conversion.pk).update(attempts=5)
    world.clock.tick(minutes=1)
    factories.sweep()
    assert world.status(conversion) == "failed"
    assert found() == []
    without_guards(f"{WHOLE} reasons = '[]'")
    assert found() == [("P6", "says 'attempts', which is not the first of its reasons")]


def test_p7_a_line_of_a_stopped_conversion_that_was_settled_is_found(stopped):
    """P7: it converts wholly or not at all."""
    without_guards("UPDATE wallet_line SET gross_units = 1, fee_units = 0, net_units = 1, value_sats = 1")
    assert found() == [("P7", "converted nothing, and a line of it was settled")]


def test_p7_a_stopped_conversion_with_totals_is_found(stopped):
    """P7."""
    totals = f"{WHOLE} gross_units = 1, fee_units = 0, net_units = 1, value_sats = 1"
    without_constraint("wallet_conversion", "conversion_state_is_whole", totals)
    assert [violation[::2] for violation in found_in_rows()] == [("P7", "converted nothing, and has totals")]


def test_p6_a_conversion_in_no_state_that_there_is_is_found(stopped):
    """P6: nobody would finish it."""
    without_constraint("wallet_conversion", "conversion_state_is_whole", f"{WHOLE} status = 'lost'")
    assert [violation[::2] for violation in found_in_rows()] == [("P6", "is in no state that there is")]
