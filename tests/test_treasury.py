"""What the house holds and owes: by the ledger to the unit, worth what it is at the round's prices."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from wallet import ledger, treasury
from wallet.files import treasury_csv
from wallet.models import Account, Asset


def of(found, code):
    return next(one for one in found.positions if one.asset.code == code)


def customers_have(code):
    return sum(Account.objects.customers().filter(asset__code=code).values_list("units", flat=True))


def test_a_conversion_leaves_the_house_short_of_what_it_paid(world):
    """The treasury went short unseen; nothing had been bought for what customers were credited."""
    done = world.settled("DOGE")
    found = treasury.treasury(world.clock())
    bnb, doge = of(found, "BNB"), of(found, "DOGE")
    assert (bnb.own, bnb.held, bnb.owed, bnb.is_short) == (-done.net_units, 0, done.net_units, True)
    assert (doge.own, doge.held, doge.owed, doge.is_short) == (100_000_000, 100_000_000, 0, False)


def test_what_is_owed_is_what_customers_have_to_the_unit(world):
    factories.user("other", {"DOGE": "12.345678", "EUR": "0.01"})
    world.settled("DOGE", "ETH")
    ledger.sum_house_balances()
    ledger.adjust(user=world.user, asset=Asset.objects.get(code="EUR"), units=7, reference="R1")
    found = treasury.treasury(world.clock())
    assert {one.asset.code: one.owed for one in found.positions} == {
        code: customers_have(code) for code in ("DOGE", "ETH", "EUR", "BNB")
    }
    assert all(one.held == one.owed + one.own for one in found.positions)


def test_worths_are_exact_sorted_and_added_up_without_what_has_no_price(world):
    world.observe(EUR=None)
    found = treasury.treasury(world.clock())
    assert [one.asset.code for one in found.positions] == ["ETH", "DOGE", "EUR"]
    assert found.totals == treasury.Totals(Fraction(7, 10_000), Fraction(7, 10_000), Fraction(0), unpriced=1)
    assert found.in_currency(found.totals.held) == Fraction(7, 10_000) / Fraction(16, 1_000_000)


def test_without_a_price_of_the_currency_there_is_no_worth_in_it(world, settings):
    settings.REPORTING_CURRENCY = "XYZ"
    found = treasury.treasury(world.clock())
    assert found.in_currency(Fraction(1)) is None
    header, *rows = treasury_csv.cells(found)
    assert {row[header.index("held_xyz")] for row in rows} == {"no price"}


def test_prices_have_their_age(world):
    world.clock.tick(seconds=75)
    header, *rows = treasury_csv.cells(treasury.treasury(world.clock()))
    assert rows[0][header.index("price_age_seconds")] == "75"


def test_it_asks_the_same_for_few_assets_as_for_many(world, queries):
    few = len(queries(treasury.treasury, world.clock()))
    world.hold_more(12)
    assert len(queries(treasury.treasury, world.clock())) == few <= 5


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(1, 3), "0.33333333"),
        (Fraction(-1, 3), "-0.33333333"),
        (Fraction(-1, 10**9), "0.00000000"),
        (Fraction(0), "0.00000000"),
        (None, "no price"),
    ],
)
def test_worths_are_cut_towards_zero(number, text):
    assert treasury_csv.rounded(number, 8) == text


@given(st.fractions(), st.integers(0, 18))
def test_what_is_cut_is_never_further_from_zero_than_it_was(number, places):
    said = Fraction(treasury_csv.rounded(number, places))
    assert abs(said) <= abs(number) < abs(said) + Fraction(1, 10**places)
    assert said * number >= 0
