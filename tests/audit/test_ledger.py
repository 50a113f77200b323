"""The audit finds every row of the ledger that was tampered with as nobody can while the guards stand."""

import pytest
from django.db import connection

from tests.support.tampering import found, undone, without_constraint, without_guards
from wallet import ledger
from wallet.audit import audit
from wallet.models import Account, Asset, HouseBalance


@pytest.mark.parametrize(
    ("statement", "promise", "problem"),
    [
        ("UPDATE wallet_entry SET units = units + 1 WHERE sequence IS NULL", "P1", "add up to 1, not 0"),
        ("UPDATE wallet_account SET units = units + 5 WHERE units > 0", "P3", "its entries add up to"),
        ("UPDATE wallet_account SET units = -5 WHERE units > 0", "P3", "the balance is -5"),
        ("UPDATE wallet_account SET sequence = 9 WHERE units > 0", "P3", "9 entries are counted, 1 exist"),
        ("UPDATE wallet_entry SET sequence = 7 WHERE sequence IS NOT NULL", "P3", "entry 1 has the number 7"),
        ("UPDATE wallet_entry SET balance_units = 3 WHERE sequence IS NOT NULL", "P3", "entry 1 says 3"),
        ("UPDATE wallet_entry SET sequence = 1, balance_units = 1 WHERE sequence IS NULL", "P3", "house account"),
    ],
)
def test_p1_to_p3_every_row_of_the_ledger_that_was_tampered_with_is_found(world, statement, promise, problem):
    """P1 to P3."""
    if connection.vendor == "postgresql":  # its constraint cannot be put aside
        statement = statement.replace("= -5", "= 5")
        problem = problem.replace("the balance is -5", "its entries add up to")
    without_guards(statement)
    assert [words for number, words in found() if number == promise and problem in words]


def test_p1_the_transaction_and_the_asset_that_do_not_add_up_are_named(world):
    """P1: each by itself."""
    account = Account.objects.get(kind="outside", asset__code="DOGE").pk
    without_guards(f"UPDATE wallet_entry SET units = units + 1 WHERE account_id = {account}")
    assert list(audit()) == [
        ("P1", "transaction mira-DOGE-100", "entries of DOGE add up to 1, not 0"),
        ("P1", "asset DOGE", "all entries add up to 1, not 0"),
    ]


def test_p2_a_negative_balance_is_found(world):
    """P2: the constraint that would refuse it is put aside as well."""
    without_constraint(
        "wallet_account", "account_balance_not_negative", "UPDATE wallet_account SET units = -5 WHERE units > 0"
    )
    assert found().count(("P2", "the balance is -5")) == 3


def test_p3_entries_that_are_counted_and_do_not_exist_are_found(world):
    """P3: also where nothing is held."""
    mine = f"{world.user.pk}, {Asset.objects.get(code='BTC').pk}"
    without_guards(
        f"INSERT INTO wallet_account (kind, user_id, asset_id, units, sequence) VALUES ('customer', {mine}, 0, 3)"
    )
    assert found() == [("P3", "the balance is 0, and it has no entries")]


def test_p1_p3_a_balance_without_entries_and_a_transaction_without_any_are_found(world):
    """P1 and P3."""
    mine = f"{world.user.pk}, {Asset.objects.get(code='BTC').pk}"
    without_guards(
        f"INSERT INTO wallet_account (kind, user_id, asset_id, units, sequence) VALUES ('customer', {mine}, 5, 0)",
        "INSERT INTO wallet_transaction (id, kind, reference, posted_at)"
        " VALUES ('00000000000000000000000000000001', 'deposit', 'ghost', '2026-11-22 00:00:00')",
    )
    assert found() == [("P1", "has no entries"), ("P3", "the balance is 5, and it has no entries")]


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("INSERT INTO wallet_entry (transaction_id, account_id, units) VALUES ('{nobody}', {account}, 5)", 1),
        ("DELETE FROM wallet_transaction WHERE reference = 'mira-DOGE-100'", 2),
        ("DELETE FROM wallet_account WHERE id = {account}", 1),
    ],
)
def test_p1_p14_an_entry_that_lost_its_transaction_or_its_account_is_found(world, statement, count):
    """P1 and P14: a row that nothing leads to is not left out of the sums in silence."""
    account = Account.objects.get(kind="outside", asset__code="DOGE").pk
    with undone():
        without_guards(statement.format(account=account, nobody="0" * 32))
        assert found().count(("P1", "its transaction or its account is gone")) == count


def test_p3_a_stored_sum_of_the_house_that_is_wrong_is_found(world):
    """P3 for the house's accounts."""
    ledger.sum_house_balances()
    outside = HouseBalance.objects.get(account__kind="outside", account__asset__code="DOGE")
    without_guards(f"UPDATE wallet_housebalance SET units = '5' WHERE account_id = {outside.pk}")
    assert found() == [("P3", "the balance is told as 5, its entries add up to -100000000")]
