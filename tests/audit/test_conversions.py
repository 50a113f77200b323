"""The audit finds every conversion that is not what the ledger, the rules and the market's prices make it."""

from decimal import Decimal

import pytest
from django.db import connection

from tests.support import factories
from tests.support.tampering import found, without_constraint, without_guards
from wallet.audit import audit

LINE = "UPDATE wallet_line SET"
DOGE = "WHERE asset_id = (SELECT id FROM wallet_asset WHERE code = 'DOGE')"
WHOLE = "UPDATE wallet_conversion SET"
LEGS = """'[{"symbol": "DOGEBTC", "price": "0.0000021"}]'"""


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        (f"{LINE} units = units - 1 {DOGE}", {"P7": "something else than its lines", "P11": "the figures of DOGE"}),
        (
            f"{LINE} gross_units = gross_units + 1, net_units = net_units + 1 {DOGE}",
            {"P11": "the figures of DOGE are not what its price makes them"},
        ),
        (f"{LINE} value_sats = value_sats + 1 {DOGE}", {"P11": "the figures of DOGE"}),
        (f"{LINE} settled_rate_btc = settled_rate_btc * 2 {DOGE}", {"P11": "the figures of DOGE"}),
        (
            f"{WHOLE} gross_units = gross_units + 1, net_units = net_units + 1",
            {"P7": "something else than its lines", "P11": "its totals"},
        ),
        (f"{WHOLE} value_sats = value_sats + 1", {"P11": "its totals are not the sums of its lines"}),
        (
            f"{LINE} settled_legs = {LEGS} {DOGE}",
            {
                "P8": "the price of DOGE in BNB moved 5.00%",
                "P11": "the rate of DOGE is not what the market’s prices make it",
            },
        ),
        (
            f"{LINE} settled_observed_at = '2026-11-22 00:00:00' {DOGE}",
            {"P10": "the price of DOGE is older than Confirm"},
        ),
        (f"{WHOLE} settled_observed_at = '2026-11-22 00:00:00'", {"P10": "the price of BNB is older than Confirm"}),
        (f"{WHOLE} reference = 'CV-0000-0000'", {"P4": "has another name or time"}),
        (
            "UPDATE wallet_transaction SET posted_at = '2026-11-22 00:00:00' WHERE kind = 'conversion'",
            {"P4": "or time"},
        ),
        (
            f"{WHOLE} status = 'stopped', transaction_id = NULL, reason_code = 'wait', gross_units = NULL,"
            " fee_units = NULL, net_units = NULL, value_sats = NULL",
            {
                "P4": "belongs to no conversion",
                "P5": "waits after a conversion that never was",
                "P6": "which is not the first of its reasons",
                "P7": "a line of it was settled",
            },
        ),
        ("DELETE FROM wallet_line", {"P7": "has no lines"}),
    ],
)
def test_every_completed_conversion_that_was_tampered_with_is_found(world, statement, problems):
    """P4, P5, P7, P8, P10 and P11."""
    world.settled("DOGE", "ETH")
    assert found() == []
    without_guards(statement)
    violations = found()
    assert {promise for promise, _ in violations} == set(problems)
    for promise, words in problems.items():
        assert [one for number, one in violations if number == promise and words in one]


def test_p7_the_fee_is_among_what_must_have_been_moved(world):
    """P7: with a fee, and found without its entry's units."""
    factories.policy(fee_percent=Decimal(2))
    world.settled("DOGE", "ETH")
    assert found() == []
    fees = "account_id IN (SELECT id FROM wallet_account WHERE kind = 'fees')"
    without_guards(f"UPDATE wallet_entry SET units = units + 1 WHERE {fees}")
    assert ("P7", "the ledger holds something else than its lines") in found()


def test_p7_each_conversion_without_lines_is_named(world):
    """P7: and no other promise is asked of it."""
    done = world.settled("DOGE", "ETH")
    without_guards("DELETE FROM wallet_line")
    assert list(audit()) == [("P7", f"conversion {done.reference}", "has no lines")]


def test_p4_p7_each_conversion_is_compared_with_its_own_entries(three):
    """P4 and P7: with others before and after it, only the one that was tampered with is named."""
    middle = three[1]
    entries = f"transaction_id = '{middle.transaction_id.hex}'"
    if connection.vendor == "postgresql":
        entries = f"transaction_id = '{middle.transaction_id}'"
    without_guards(f"DELETE FROM wallet_entry WHERE {entries}")
    named = {violation.row for violation in audit() if violation.promise == "P7"}
    assert named == {f"conversion {middle.reference}"}


def test_p7_a_conversion_that_was_posted_and_says_that_it_stopped_is_found(world):
    """P7: the constraint that would refuse it is put aside as well."""
    world.settled("DOGE", "ETH")
    without_constraint("wallet_conversion", "conversion_state_is_whole", f"{WHOLE} status = 'stopped'")
    assert ("P7", "was posted, but is not completed") in found()


def test_p8_a_move_of_bnb_with_its_asset_is_none_of_their_rate(world):
    """P8: in BNB; each by itself moved by more than the tolerance in BTC."""
    assert world.settled("DOGE", DOGE="0.0000024", BNB="0.012").is_completed
    assert found() == []
    without_guards(f"{LINE} settled_legs = {LEGS} {DOGE}")
    assert [words for promise, words in found() if promise == "P8"] == ["the price of DOGE in BNB moved 12.50%"]


def test_p8_a_price_by_another_path_than_the_quotes_is_found(world):
    """P8: of such rates nobody can say how far they moved."""
    world.settled("DOGE")
    without_guards(f"{LINE} settled_path = 'DOGE→USDT→BTC'")
    assert found() == [("P8", "DOGE was priced by another path than the quote’s")]
    without_guards(f"{WHOLE} settled_path = 'BNB→USDT→BTC'")
    assert ("P8", "BNB was priced by another path than the quote’s") in found()


def test_p11_a_rate_that_is_not_what_the_markets_prices_make_it_is_found(world):
    """P11: figures, totals and ledger all agree with it, and the change of the prices is small."""
    world.settled("DOGE")
    double = "settled_rate_btc = settled_rate_btc * 2"
    without_guards(f"{LINE} {double}", f"{WHOLE} {double}")
    violations = [words for promise, words in found() if promise == "P11"]
    for code in ("BNB", "DOGE"):
        assert f"the rate of {code} is not what the market’s prices make it" in violations


def test_p9_a_balance_that_was_worth_the_limit_is_found_by_the_whole_of_it(world):
    """P9: the limit is asked of the whole balance, not of the amount that was converted."""
    world.settled("DOGE")
    units = 600_000_000  # worth 0.0012 BTC at its price
    without_guards(
        f"UPDATE wallet_entry SET units = {units} - 100000000 + units, balance_units = {units} - 100000000 + balance_units"
        " WHERE balance_units = 100000000 AND sequence = 1",
        f"UPDATE wallet_entry SET balance_units = {units} - 100000000 WHERE balance_units = 0 AND sequence = 2",
    )
    assert [words for promise, words in found() if promise == "P9" and words.startswith("DOGE was worth 0.0012")]
