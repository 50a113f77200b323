import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import factories
from wallet import ledger, money
from wallet.audit import audit
from wallet.models import Account, Asset, Entry, HouseBalance, Transaction


def test_a_deposit_credits_the_customer_and_debits_the_outside(world):
    posted = factories.deposit(world.user, "BTC", "0.5", "first")
    rows = {(entry.account.kind, entry.units, entry.balance_units, entry.sequence) for entry in posted.entries.all()}
    assert rows == {("customer", 50_000_000, 50_000_000, 1), ("outside", -50_000_000, None, None)}
    assert factories.balance(world.user, "BTC") == 50_000_000


def test_the_same_reference_posts_once(world):
    first = factories.deposit(world.user, "BTC", "0.5", "same")
    assert factories.deposit(world.user, "BTC", "0.5", "same") == first
    assert factories.balance(world.user, "BTC") == 50_000_000


@pytest.mark.parametrize(("code", "amount"), [("BTC", "0.6"), ("DOGE", "0.5")])
def test_a_reference_with_other_contents_is_an_error(world, code, amount):
    factories.deposit(world.user, "BTC", "0.5", "same")
    before = factories.balances(world.user)
    with pytest.raises(ledger.ReferenceReused):
        factories.deposit(world.user, code, amount, "same")
    with pytest.raises(ledger.ReferenceReused):
        factories.deposit(factories.user("other"), "BTC", "0.5", "same")
    assert factories.balances(world.user) == before


def test_a_reference_that_is_taken_at_the_same_moment_is_like_one_that_was_taken_before(world, monkeypatch):
    """Whoever looked before the other's movement was committed is told by the database."""
    first = factories.deposit(world.user, "BTC", "0.5", "same")
    other, plain, asked = factories.user("other"), QuerySet.first, []

    def not_yet(rows):
        if rows.model is Transaction:
            asked.append(rows)
        return None if rows.model is Transaction and len(asked) % 2 else plain(rows)

    monkeypatch.setattr(QuerySet, "first", not_yet)
    assert factories.deposit(world.user, "BTC", "0.5", "same") == first
    with pytest.raises(ledger.ReferenceReused):
        factories.deposit(other, "BTC", "0.5", "same")
    assert len(asked) == 4
    assert (factories.balance(world.user, "BTC"), factories.balance(other, "BTC")) == (50_000_000, 0)


def test_a_deposit_of_nothing_is_refused(world):
    with pytest.raises(ledger.LedgerError):
        ledger.deposit(user=world.user, asset=Asset.objects.get(code="BTC"), units=0, reference="none")


def test_p3_a_balance_that_would_not_fit_is_refused_before_anything_moves(world):
    """P3: nothing overflows into a float on SQLite or a fault on PostgreSQL."""
    btc = Asset.objects.get(code="BTC")
    ledger.deposit(user=world.user, asset=btc, units=money.MAX_UNITS, reference="all")
    with pytest.raises(ledger.AmountTooLarge):
        ledger.deposit(user=world.user, asset=btc, units=1, reference="one more")
    assert factories.balance(world.user, "BTC") == money.MAX_UNITS
    assert not list(audit())


def post(kind, reference, at, customer_moves, house):
    """One transaction between customers' accounts and one of the house's."""
    house_moves = [ledger.Move(house, -sum(customer_moves.values()))]
    return ledger.post([ledger.Posting(Transaction.Kind(kind), reference, at, customer_moves, house_moves)])


def test_p2_more_than_there_is_cannot_be_taken(world):
    """P2: refused before anything is written."""
    doge = Asset.objects.get(code="DOGE")
    account = ledger.lock_accounts({world.user.pk: [doge.pk]})[world.user.pk][doge.pk]
    outside = Account.objects.ensure_house(Account.Kind.OUTSIDE, [doge.pk])[doge.pk]
    with pytest.raises(ledger.InsufficientFunds):
        post("withdrawal", "too much", world.clock(), {account: -account.units - 1}, outside)
    assert not Entry.objects.filter(transaction__reference="too much").exists()


def test_an_account_that_is_not_there_moves_nothing(world):
    btc = Asset.objects.get(code="BTC")
    outside = Account.objects.ensure_house(Account.Kind.OUTSIDE, [btc.pk])[btc.pk]
    missing = Account(pk=987_654, kind="customer", user=world.user, asset=btc, units=0, sequence=0)
    with pytest.raises(IntegrityError, match="account is missing"), transaction.atomic():
        post("deposit", "nowhere", world.clock(), {missing: 1}, outside)
    assert not Entry.objects.filter(transaction__reference="nowhere").exists()


def test_a_house_balance_is_the_sum_of_its_entries(world):
    world.settled("DOGE")
    assert house("DOGE") == {"treasury": 100_000_000, "outside": -100_000_000}
    assert house("BNB") == {"treasury": -2_000_000}


def house(code):
    accounts = list(Account.objects.house().filter(asset__code=code))
    balances = ledger.house_balances(accounts)
    return {account.kind: balances[account.pk] for account in accounts}


def test_a_house_balance_is_told_from_the_stored_sum_and_what_came_since(world, django_assert_num_queries):
    factories.deposit(world.user, "DOGE", "1", "before")
    ledger.sum_house_balances()
    factories.deposit(world.user, "DOGE", "2", "after")
    outside = Account.objects.get(kind="outside", asset__code="DOGE")
    assert HouseBalance.objects.get(account=outside).units == -101_000_000
    every = list(Account.objects.house())
    with django_assert_num_queries(2) as told:
        assert ledger.house_balances(every)[outside.pk] == -103_000_000
    # Only what came since is read.
    assert f"> {HouseBalance.objects.get(account=outside).entry_id}" in told.captured_queries[1]["sql"]
    ledger.sum_house_balances()
    ledger.sum_house_balances()
    assert house("DOGE") == {"outside": -103_000_000}


def test_the_house_of_thousands_of_assets_is_told_in_a_few_queries(world, django_assert_max_num_queries):
    """As many as SQLite has no room for in one question with a condition for each."""
    made = Asset.objects.bulk_create(Asset(code=f"M{number}", name="Many", scale=8) for number in range(3_000))
    Account.objects.ensure_house(Account.Kind.OUTSIDE, [asset.pk for asset in made])
    factories.deposit(world.user, "DOGE", "1", "before")
    every = list(Account.objects.house())
    moved = dict(Entry.objects.filter(account__in=every).values_list("account").annotate(Sum("units")))
    for _stored in range(2):
        with django_assert_max_num_queries(6):
            assert {pk: units for pk, units in ledger.house_balances(every).items() if units} == moved
        ledger.sum_house_balances()


def test_before_the_first_entry_a_stored_sum_leaves_none_out(db):
    factories.asset("BTC")
    Account.objects.ensure_house(Account.Kind.OUTSIDE, [Asset.objects.get().pk])
    ledger.sum_house_balances()
    assert HouseBalance.objects.get().entry_id == 0
    assert house("BTC") == {"outside": 0}


def test_a_house_balance_may_pass_64_bits(world):
    btc = Asset.objects.get(code="BTC")
    for number in range(3):
        owner = factories.user(f"rich{number}")
        ledger.deposit(user=owner, asset=btc, units=money.MAX_UNITS, reference=f"rich{number}")
        if number == 1:
            ledger.sum_house_balances()
    assert house("BTC") == {"outside": -3 * money.MAX_UNITS}
    ledger.sum_house_balances()
    assert house("BTC") == {"outside": -3 * money.MAX_UNITS}
    assert not list(audit())


def test_an_adjustment_moves_a_balance_both_ways_against_the_treasury(world):
    """P14: a correction is a new entry."""
    doge = Asset.objects.get(code="DOGE")
    ledger.adjust(user=world.user, asset=doge, units=-40_000_000, reference="A1")
    ledger.adjust(user=world.user, asset=doge, units=1, reference="A2")
    assert ledger.adjust(user=world.user, asset=doge, units=1, reference="A2").kind == "adjustment"
    assert factories.balance(world.user, "DOGE") == 60_000_001
    assert house("DOGE") == {"outside": -100_000_000, "treasury": 39_999_999}
    assert not list(audit())


@pytest.mark.parametrize("units", [0, -100_000_001])
def test_an_adjustment_of_nothing_or_below_nothing_is_refused(world, units):
    doge = Asset.objects.get(code="DOGE")
    with pytest.raises(ledger.LedgerError):
        ledger.adjust(user=world.user, asset=doge, units=units, reference="A1")
    assert factories.balance(world.user, "DOGE") == 100_000_000


def test_an_adjustments_reference_stands_for_one_adjustment(world):
    doge = Asset.objects.get(code="DOGE")
    ledger.adjust(user=world.user, asset=doge, units=-1, reference="A1")
    with pytest.raises(ledger.ReferenceReused, match="another adjustment"):
        ledger.adjust(user=world.user, asset=doge, units=-2, reference="A1")
    assert factories.balance(world.user, "DOGE") == 99_999_999


def test_a_deposit_takes_the_same_number_of_statements_for_a_new_and_an_old_customer(
    world, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        factories.deposit(factories.user("new"), "BTC", "1", "new")


amounts = st.lists(st.tuples(st.sampled_from(["BTC", "DOGE", "EUR"]), st.integers(1, 10**12)), min_size=1, max_size=8)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts)
def test_p1_p3_any_deposits_leave_the_ledger_balanced(world, deposits):
    """P1 and P3, against a plain dict."""
    before = factories.balances(world.user)
    for code, units in deposits:
        asset = Asset.objects.get(code=code)
        reference = f"r{Transaction.objects.count()}"
        ledger.deposit(user=world.user, asset=asset, units=units, reference=reference)
        before[code] = before.get(code, 0) + units
    assert factories.balances(world.user) == before
    assert not list(audit())
