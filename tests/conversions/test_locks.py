"""What a verb locks, in the one order, and whom it waits for. SQLite locks no rows, but it is asked for them all the same."""

import pytest
from django.db.models import QuerySet

from wallet import conversions
from wallet.conversions import claims
from wallet.models import Account, Conversion, Customer, Price


@pytest.fixture
def locks(monkeypatch):
    """Every query that asks for locks, in their order, but for those of the market that writes prices."""
    found = []
    plain = QuerySet.select_for_update

    def asked(rows, **options):
        locked = plain(rows, **options)
        if rows.model is not Price:
            found.append(locked)
        return locked

    monkeypatch.setattr(QuerySet, "select_for_update", asked)
    return found


def models(locks):
    return [rows.model for rows in locks]


def skipping(locks):
    """Whose rows are left out while somebody else holds them. The others are waited for."""
    return [rows.model for rows in locks if rows.query.select_for_update_skip_locked]


def test_a_verb_locks_the_customer_then_the_conversion_then_the_accounts_and_waits_for_each(world, locks):
    quote = world.quoted("DOGE")
    # The customer's quotes of before go when there are too many.
    assert models(locks) == [Customer, Conversion]
    conversions.confirm(user=world.user, reference=quote.reference)
    assert models(locks)[2:] == [Customer, Conversion, Account]
    world.observe()
    conversions.settle(reference=quote.reference)
    # Its claim locks it by itself first. Who has no account for BNB gets one, which is locked as the others are.
    assert models(locks)[5:] == [Conversion, Customer, Conversion, Account, Account]
    assert skipping(locks) == []


def test_a_chunk_leaves_out_what_others_claim_and_customers_whom_somebody_holds(world, locks):
    world.confirmed("DOGE")
    world.observe()
    locks.clear()
    claimed = claims.claim_chunk()
    assert models(locks) == skipping(locks) == [Conversion]
    claims.give_back(claimed)
    locks.clear()
    assert conversions.settle_round().finished == 1
    # The last looks for another chunk.
    assert models(locks) == [Conversion, Customer, Conversion, Account, Account, Conversion]
    assert skipping(locks) == [Conversion, Customer, Conversion]


def test_a_lock_holds_up_nobody_who_only_refers_to_the_row(world, locks):
    """Such as a row that is written for the customer, or a quote that names the one it renews."""
    renewed = conversions.renew(conversion=world.quoted("DOGE"))
    conversions.confirm(user=world.user, reference=renewed.reference)
    world.observe()
    conversions.settle_round()
    assert set(models(locks)) == {Customer, Conversion, Account}
    # But for the quotes that go, at each of the two quotes.
    assert [rows.model for rows in locks if not rows.query.select_for_no_key_update] == [Conversion] * 2
