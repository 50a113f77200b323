"""Before anything is timed, the floor and the product are found to write the same rows, or not to."""

import random

import pytest

from tests.support.tampering import without_guards
from wallet import ledger
from wallet.bench import agreement, floor, market, ways
from wallet.bench.errors import BenchError
from wallet.bench.processes import FLOOR, SINGLE
from wallet.models import Account, Conversion, Entry


def one_unit_more(reference):
    """The customer's balance of some asset grows."""
    account = Account.objects.customers().filter(user__username=reference).first()
    number = Entry.objects.count()
    ledger.deposit(user=account.user, asset=account.asset, units=1, reference=f"{reference} {number}")


def test_the_floor_and_the_product_write_the_same_rows(opened):
    agreement.prove()
    done = Conversion.objects.completed()
    assert done.count() == 3 * agreement.CONVERSIONS
    assert {conversion.lines.count() for conversion in done} == {1, 5, 20}
    assert {conversion.fee_units > 0 for conversion in done} == {True, False}


@pytest.fixture
def few(opened, monkeypatch):
    """As many conversions as it takes to find what differs."""
    monkeypatch.setattr(agreement, "CONVERSIONS", 3)


def test_a_side_that_writes_something_else_is_found(few, monkeypatch):
    def settle_after_a_deposit(reference):
        one_unit_more(reference)
        floor.settle(reference)

    monkeypatch.setitem(ways.ONE_BY_ONE, SINGLE, settle_after_a_deposit)
    with pytest.raises(BenchError, match="write other rows"):
        agreement.prove()


def test_a_second_settlement_that_changes_something_is_found(few, monkeypatch):
    def settle_or_deposit(reference):
        if not floor.settle(reference):
            one_unit_more(reference)

    monkeypatch.setitem(ways.ONE_BY_ONE, FLOOR, settle_or_deposit)
    with pytest.raises(BenchError, match="Settling again changed something"):
        agreement.prove()


def test_entries_that_do_not_add_up_are_found(few):
    market.set_fee(market.NO_FEE)
    market.quote("holder", 2, random.Random(1))
    without_guards(
        "INSERT INTO wallet_entry (transaction_id, account_id, units) SELECT t.id, a.id, 7"
        " FROM wallet_transaction t, wallet_account a WHERE a.kind = 'treasury' LIMIT 1"
    )
    with pytest.raises(BenchError, match="do not add up to zero"):
        agreement.prove()
