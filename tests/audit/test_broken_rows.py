"""The audit ends in no fault of its own: it tells of what no row should hold, and goes on behind it."""

import pytest
from django.db import DatabaseError, connection

import wallet.audit
from tests.support import factories
from tests.support.tampering import found, found_in_rows, undone, without_constraint, without_guards
from wallet.audit import audit, reading
from wallet.models import Conversion

DOGE = "asset_id = (SELECT id FROM wallet_asset WHERE code = 'DOGE')"
LINE, WHOLE = "UPDATE wallet_line SET", "UPDATE wallet_conversion SET"
UNSETTLED = (
    "gross_units = NULL, fee_units = NULL, net_units = NULL, value_sats = NULL, settled_rate_btc = NULL,"
    " settled_legs = NULL, settled_observed_at = NULL, settled_path = ''"
)
NO_PRICES = [
    '"nonsense"',
    "5",
    "null",
    "[5]",
    "[null]",
    '[{"symbol": "DOGEBTC"}]',
    '[{"symbol": "DOGEBTC", "price": 5}]',
    '[{"symbol": "DOGEBTC", "price": ["0.000002"]}]',
    '[{"symbol": "DOGEBTC", "price": "0"}]',
    '[{"symbol": "DOGEBTC", "price": "0.0", "way": "against"}]',
    '[{"symbol": "DOGEBTC", "price": "-0.000002"}]',
    '[{"symbol": "DOGEBTC", "price": "NaN"}]',
    '[{"symbol": "DOGEBTC", "price": "1/0"}]',
    '[{"symbol": "DOGEBTC", "price": "1e999999999"}]',
]

sqlite_only = pytest.mark.skipif(
    connection.vendor == "postgresql", reason="PostgreSQL's columns refuse what is not of their type"
)


def of(conversion):
    return f"WHERE reference = '{conversion.reference}'"


def lines_of(conversion):
    return f"WHERE conversion_id = {conversion.pk}"


LAST = "its ledger transaction has another name or time"


def found_with_the_last_one(conversion):
    """What the audit finds after the last conversion was tampered with as well, which it has to have found too."""
    without_guards(f"{WHOLE} reference = 'CV-0000-0000' {of(conversion)}")
    violations = [(violation.promise, violation.problem) for violation in found_in_rows()]
    assert ("P4", LAST) in violations
    return [violation for violation in violations if violation != ("P4", LAST)]


def test_p7_a_completed_conversion_whose_line_was_not_settled_is_found(three):
    """P7 and P10: and so is what comes after it."""
    without_guards(f"{LINE} {UNSETTLED} {lines_of(three[0])}")
    violations = found_with_the_last_one(three[2])
    assert ("P7", "DOGE was not settled") in violations
    assert ("P10", "there is no price of DOGE") in violations
    assert ("P11", "its totals are not the sums of its lines") in violations


@pytest.mark.parametrize("legs", NO_PRICES)
@pytest.mark.parametrize(("when", "promise", "words"), [("quoted", "P8", " at the quote"), ("settled", "P10", "")])
def test_p8_p10_legs_that_are_no_prices_are_found(three, legs, when, promise, words):
    """P8 for the quote's, which a change is reckoned from; P10 for the settlement's."""
    without_guards(
        f"{LINE} {when}_legs = '{legs}' {lines_of(three[0])}", f"{WHOLE} {when}_legs = '{legs}' {of(three[1])}"
    )
    violations = found_with_the_last_one(three[2])
    for code in ("DOGE", "BNB"):
        assert (promise, f"the market’s prices of {code}{words} are no prices") in violations
    assert {number for number, _ in violations} == {promise}


@pytest.mark.parametrize("column", ["settled_legs", "settled_observed_at"])
def test_p10_a_price_of_bnb_that_is_missing_is_found(three, column):
    """P10."""
    without_guards(f"{WHOLE} {column} = NULL {of(three[0])}")
    words = {
        "settled_legs": "the market’s prices of BNB are no prices",
        "settled_observed_at": "there is no price of BNB",
    }
    assert found_with_the_last_one(three[2]) == [("P10", words[column])]


def test_p14_a_policy_that_is_gone_is_found_and_the_rest_is_judged_without_it(three):
    """P14: of every conversion that was judged by it."""
    with undone():
        without_guards(
            f"DELETE FROM wallet_policy WHERE id = {three[0].policy_id}",
            f"{LINE} settled_observed_at = '2026-11-22 00:00:00' {lines_of(three[0])}",
        )
        gone = f"policy {three[0].policy_id}, that it was judged by, is gone"
        violations = list(audit())
        for conversion in three:
            assert ("P14", f"conversion {conversion.reference}", gone) in violations
        assert ("P10", f"conversion {three[0].reference}", "the price of DOGE is older than Confirm") in violations


def test_p7_a_completed_conversion_without_totals_is_found(three):
    """P7."""
    empty = "gross_units = NULL, fee_units = NULL, net_units = NULL, value_sats = NULL"
    without_constraint("wallet_conversion", "conversion_state_is_whole", f"{WHOLE} {empty} {of(three[0])}")
    assert found_with_the_last_one(three[2]) == [("P7", "has no totals")]


def test_p7_a_completed_conversion_without_its_moment_is_found(three):
    """P7: it cannot be judged, and is told of by the checks that ask for the moment."""
    without_constraint("wallet_conversion", "conversion_state_is_whole", f"{WHOLE} confirmed_at = NULL {of(three[0])}")
    missing = ("P7", f"conversion {three[0].pk}", "confirmed_at is None")
    assert set(found_in_rows()) == {missing}
    without_guards(f"{LINE} value_sats = value_sats + 1 {lines_of(three[1])}")
    assert ("P11", "the figures of ETH are not what its price makes them") in found()


@sqlite_only
@pytest.mark.parametrize(
    ("statement", "promise", "words"),
    [
        (f"{LINE} settled_legs = 'no json'", "P10", "the market’s prices of DOGE are no prices"),
        (f"{LINE} settled_legs = '{'[' * 100_000}'", "P10", "the market’s prices of DOGE are no prices"),
        (f"{LINE} quoted_legs = '[{{]'", "P8", "the market’s prices of DOGE at the quote are no prices"),
        (f"{LINE} units = 'many'", "P7", "units is 'many'"),
        (f"{LINE} gross_units = 1.5", "P7", "gross_units is 1.5"),
        (f"{LINE} settled_observed_at = 'yesterday'", "P10", "there is no price of DOGE"),
        (f"{LINE} settled_observed_at = '2026-13-40 25:61:00'", "P7", "cannot be read"),
        (f"{LINE} settled_rate_btc = 'dear'", "P7", "cannot be read"),
        (f"{LINE} settled_rate_btc = -1", "P10", "the price of DOGE is not usable"),
        (f"{LINE} settled_rate_btc = 9e999", "P7", "cannot be read"),
        (f"{LINE} settled_path = x'ff'", "P7", "path is b'"),
        (f"{LINE} settled_path = CAST(x'ff' AS text)", "P7", "cannot be read"),
    ],
)
def test_p7_p8_p10_a_line_with_what_its_columns_are_not_for_is_told_of(three, statement, promise, words):
    """P7, P8 and P10: and its conversion, which the ledger then holds something else for, and the last one."""
    without_guards(f"{statement} {lines_of(three[0])}")
    violations = found_with_the_last_one(three[2])
    assert [
        said
        for number, said in violations
        if number == promise and said.startswith(words.replace("settled_rate", "rate"))
    ]


def test_p7_a_rate_that_is_no_number_is_told_of(three):
    """P7: PostgreSQL's numbers may be none, SQLite's may be texts."""
    statement = f"{LINE} settled_rate_btc = 'NaN' {lines_of(three[0])}"
    without_constraint("wallet_line", "line_settled_rate_is_usable", statement)
    line = three[0].lines.values_list("pk", flat=True).get()
    assert f"line {line}" in [violation.row for violation in audit() if violation.promise == "P7"]
    assert found_with_the_last_one(three[2])


@sqlite_only
@pytest.mark.parametrize(
    ("statement", "promise", "words"),
    [
        ("UPDATE wallet_conversion SET finished_at = 'then'", "P7", "finished_at is None"),
        ("UPDATE wallet_conversion SET finished_at = 'then'", "P5", "finished_at is None"),
        ("UPDATE wallet_conversion SET finished_at = '2026-02-30 00:00:00'", "P7", "cannot be read"),
        ("UPDATE wallet_conversion SET finished_at = '2026-02-30 00:00:00'", "P5", "cannot be read"),
        ("UPDATE wallet_conversion SET user_id = 'me'", "P7", "user is 'me'"),
        ("UPDATE wallet_conversion SET reference = x'ff00'", "P7", "reference is b'"),
    ],
)
def test_p5_p7_a_conversion_with_what_its_columns_are_not_for_is_told_of(three, statement, promise, words):
    """P5 and P7."""
    with undone():
        without_guards(f"{statement} {of(three[0])}")
        violations = list(audit())
        named = [one.problem for one in violations if one.promise == promise and one.row == f"conversion {three[0].pk}"]
        assert named
        assert all(problem.startswith(words) for problem in named)
        assert found_with_the_last_one(three[2])


@sqlite_only
@pytest.mark.parametrize(
    ("statement", "promise", "words"),
    [
        ("UPDATE wallet_entry SET units = 'some'", "P1", "units is 'some'"),
        ("UPDATE wallet_entry SET units = 'some'", "P3", "units is 'some'"),
        ("UPDATE wallet_entry SET balance_units = 0.5", "P3", "balance_units is 0.5"),
        ("UPDATE wallet_entry SET transaction_id = 'none'", "P1", "cannot be read"),
    ],
)
def test_p1_p3_an_entry_with_what_its_columns_are_not_for_is_told_of(three, statement, promise, words):
    """P1 and P3: each entry by its name, and the account and the transaction whose sums are wrong without it."""
    with undone():
        first, last = "(SELECT min(id) FROM wallet_entry)", "(SELECT max(id) FROM wallet_entry)"
        without_guards(
            f"{statement} WHERE id = {first}",
            f"UPDATE wallet_entry SET units = units + 5 WHERE id = {last}",
        )
        if "'none'" in statement:  # what leads to no transaction is told of without being read
            assert ("P1", "its transaction or its account is gone") in found()
        else:
            assert [said for number, said in found() if number == promise and said.startswith(words)]
        assert [said for number, said in found() if number == "P1" and said.endswith("add up to 5, not 0")]


@sqlite_only
def test_a_policy_with_what_its_columns_are_not_for_is_told_of(three):
    """P14: and every conversion that was judged by it."""
    without_guards(f"UPDATE wallet_policy SET fee_percent = 'all' WHERE id = {three[0].policy_id}")
    violations = list(audit())
    assert [one.row for one in violations if one.problem.startswith("cannot be read")] == [
        f"policy {three[0].policy_id}"
    ]
    assert [one.row for one in violations if one.problem.endswith("is gone")] == [
        f"conversion {conversion.reference}" for conversion in three
    ]


@sqlite_only
def test_p11_an_asset_that_keeps_more_decimals_than_can_be_reckoned_with_is_told_of(three):
    """P11: before anything is reckoned with them."""
    without_guards("UPDATE wallet_asset SET scale = 1000000000 WHERE code = 'DOGE'")
    assert ("P11", "DOGE keeps 1000000000 decimals, which nothing can") in found_with_the_last_one(three[2])


def test_p3_a_sum_of_the_house_that_is_none_is_told_of_and_the_other_accounts_are_judged(three):
    """P3: it is kept as digits, so both databases take a text."""
    house = (
        "SELECT id FROM wallet_account WHERE kind = 'treasury' AND asset_id = (SELECT id FROM wallet_asset WHERE code"
    )
    columns = "(account_id, units, entry_id)"
    without_guards(
        f"INSERT INTO wallet_housebalance {columns} SELECT id, 'much', 0 FROM ({house} = 'BNB')) a",
        f"INSERT INTO wallet_housebalance {columns} SELECT id, '5', 0 FROM ({house} = 'EUR')) a",
    )
    problems = [problem for promise, problem in found() if promise == "P3"]
    assert [problem for problem in problems if problem.startswith("cannot be judged: ValueError")]
    assert "the balance is told as 1005, its entries add up to 1000" in problems


@sqlite_only
@pytest.mark.parametrize("chunk", [1, 2, 2_000])
def test_rows_between_broken_ones_are_read_however_many_are_read_at_once(three, monkeypatch, chunk):
    monkeypatch.setattr(reading, "CHUNK", chunk)
    broken = [three[0], three[2]]
    for conversion in broken:
        without_guards(f"{LINE} settled_path = CAST(x'ff' AS text) {lines_of(conversion)}")
    without_guards(f"{LINE} value_sats = value_sats + 1 {lines_of(three[1])}")
    violations = list(audit())
    lines = [one.row for one in violations if one.problem.startswith("cannot be read")]
    assert lines == [f"line {conversion.lines.values_list('pk', flat=True).get()}" for conversion in broken]
    figures = "the figures of ETH are not what its price makes them"
    assert ("P11", f"conversion {three[1].reference}", figures) in violations


def test_a_check_that_ends_in_a_fault_is_told_of_and_the_others_go_on(world, monkeypatch):
    def faulty_check():
        yield wallet.audit.Violation("P1", "one", "was found before")
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(wallet.audit, "CHECKS", (faulty_check, *wallet.audit.CHECKS))
    without_guards("UPDATE wallet_account SET sequence = 9 WHERE units > 0")
    first, fault, *others = audit()
    assert first.problem == "was found before"
    assert fault == ("P14", "faulty check", "cannot be judged: ZeroDivisionError: by nothing")
    assert {one.promise for one in others} == {"P3"}


def test_a_database_that_does_not_answer_is_no_violation(world, monkeypatch):
    def unanswered():
        raise DatabaseError("gone")
        yield

    monkeypatch.setattr(wallet.audit, "CHECKS", (unanswered,))
    with pytest.raises(DatabaseError):
        list(audit())


def test_the_number_of_queries_does_not_grow_with_the_conversions(world, queries):
    """Three streams, side by side."""
    factories.policy(interval_seconds=0)
    sent = []
    for _ in range(2):
        for _ in range(3):
            factories.deposit(world.user, "DOGE", "1", f"more {Conversion.objects.count()}")
            assert world.settled("DOGE").is_completed
        sent.append(len(queries(lambda: list(audit()))))
    assert sent[0] == sent[1]
