import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from wallet import ledger, money
from wallet.audit import audit
from wallet.models import Account, Asset, Entry, Transaction


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


def test_p2_more_than_there_is_cannot_be_taken(world):
    """P2: refused before anything is written."""
    doge = Asset.objects.get(code="DOGE")
    account = ledger.lock_accounts(world.user, [doge.pk])[doge.pk]
    outside = Account.objects.ensure_house(Account.Kind.OUTSIDE, [doge.pk])[doge.pk]
    with pytest.raises(ledger.InsufficientFunds):
        ledger.post(
            kind=Transaction.Kind.WITHDRAWAL,
            reference="too much",
            posted_at=world.clock(),
            customer_moves={account: -account.units - 1},
            house_moves=[ledger.Move(outside, account.units + 1)],
        )
    assert not Entry.objects.filter(transaction__reference="too much").exists()


def test_a_house_balance_is_the_sum_of_its_entries(world):
    world.settled("DOGE")
    doge = Asset.objects.get(code="DOGE")
    assert ledger.house_balance(Account.Kind.TREASURY, doge) == 100_000_000
    assert ledger.house_balance(Account.Kind.OUTSIDE, doge) == -100_000_000


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
