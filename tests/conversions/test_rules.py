"""Values that no rule says no to, and that are none: a fault of ours, unless a rule says no to the same row."""

import pytest
from django.core.exceptions import ValidationError

from wallet.conversions import rules
from wallet.models import Circumstances
from wallet.refusals import Refused

TOO_LONG = "x" * 41


@pytest.fixture
def given(world):
    """A quote, its line, and what they are judged by."""
    quote = world.quoted("DOGE")
    line = quote.lines.get()
    return (
        line.conversion,
        line,
        Circumstances(quote.quoted_at, None, quote.policy.interval, {line.asset_id: line.units}),
    )


def settled(conversion, line):
    """As a settlement would have them at the quote's prices."""
    for row in (conversion, line):
        row.settled_rate_btc, row.settled_path = row.quoted_rate_btc, row.quoted_path
        row.settled_legs, row.settled_source = row.quoted_legs, row.quoted_source
        row.settled_observed_at = conversion.confirmed_at = conversion.quoted_at


def test_a_malformed_row_is_a_fault_and_no_rule_that_says_no(given):
    conversion, line, circumstances = given
    line.quoted_source = TOO_LONG
    with pytest.raises(ValidationError) as found:
        rules.judge([conversion, line], circumstances, becoming="quoted")
    assert not isinstance(found.value, Refused)
    assert list(found.value.message_dict) == ["quoted_source"]


def test_a_settlement_asks_for_the_form_of_what_it_sets_and_of_nothing_else(given):
    conversion, line, circumstances = given
    settled(conversion, line)
    line.quoted_source = TOO_LONG
    assert rules.judge([conversion, line], circumstances, becoming="completed") == []
    line.settled_source = TOO_LONG
    with pytest.raises(ValidationError) as found:
        rules.judge([conversion, line], circumstances, becoming="completed")
    assert list(found.value.message_dict) == ["settled_source"]


def test_a_malformed_row_that_a_rule_says_no_to_is_refused(given):
    """Such as a price so high that its figures cannot be kept."""
    conversion, line, circumstances = given
    line.quoted_source, line.quoted_net_units = TOO_LONG, 0
    for rows in ([conversion, line], [line, conversion]):
        assert [one.code for one in rules.judge(rows, circumstances, becoming="quoted")] == ["too_small"]
