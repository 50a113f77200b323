"""Attacks on every invariant that the database keeps by itself: through the ORM's back door and with plain SQL."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models.deletion import ProtectedError

from tests.support import factories
from tests.support.attacks import (
    constraint_names,
    db_uuid,
    empty,
    house,
    insert,
    put_back,
    refused,
    replace,
    sql,
    write,
)
from wallet.models import (
    Account,
    Asset,
    Customer,
    Entry,
    Opening,
    Policy,
    Price,
    Transaction,
)


def test_p14_entries_and_transactions_are_written_once(world):
    """P14: not by the ORM, not by SQL through the application's connection."""
    entry, record = Entry.objects.first(), Transaction.objects.first()
    refused(
        lambda: Entry.objects.update(units=5),
        lambda: Entry.objects.filter(pk=entry.pk).delete(),
        lambda: Transaction.objects.update(reference="other"),
        lambda: sql("DELETE FROM wallet_transaction"),
        lambda: replace("wallet_entry", "id", entry.pk),
        lambda: replace("wallet_transaction", "id", db_uuid(record.pk)),
        lambda: empty("wallet_entry"),
        lambda: empty("wallet_transaction"),
    )


def test_a_transaction_that_is_written_takes_no_more_entries(world):
    record, account = Transaction.objects.first(), Account.objects.create(kind="fees", asset=Asset.objects.bnb())
    refused(lambda: Entry.objects.create(transaction=record, account=account, units=1))


def test_p1_the_entries_of_a_transaction_add_up_for_each_asset(world):
    """P1: the database refuses the transaction."""
    doge, euro, other = house("treasury", "DOGE"), house("treasury", "EUR"), house("fees", "DOGE")
    refused(
        lambda: write((doge, 5, {}), (other, -4, {})),
        lambda: write((doge, 5, {}), (euro, -5, {})),
        lambda: write((doge, 5, {})),
        write,
    )
    write((doge, 5, {}), (other, -5, {}))


def test_an_entry_needs_its_transaction(world):
    doge = house("treasury", "DOGE")
    refused(lambda: Entry.objects.create(transaction_id=uuid.uuid4(), account=doge, units=1))


def test_p3_a_balance_moves_only_as_its_newest_entry_says(world):
    """P3: no update without its entry, and no entry without its update."""
    account = Account.objects.customers().get(user=world.user, asset__code="DOGE")
    treasury = house("treasury", "DOGE")
    mine = Account.objects.filter(pk=account.pk)
    honest = {"balance_units": account.units + 5, "sequence": 2}
    refused(
        lambda: mine.update(units=account.units + 1),
        lambda: mine.update(units=account.units + 1, sequence=2),
        lambda: mine.update(sequence=2),
        lambda: write((account, 5, honest), (treasury, -5, {})),
        lambda: write((account, 5, {}), (treasury, -5, {})),
        lambda: write((treasury, 5, {"balance_units": 5, "sequence": 1}), (house("fees", "DOGE"), -5, {})),
        lambda: Account.objects.create(
            kind="customer", user=world.user, asset=Asset.objects.get(code="BTC"), units=5, sequence=0
        ),
    )


def test_p2_a_balance_is_never_negative_and_always_whole(world):
    """P2: the database itself refuses it, and so it does what SQLite would turn into a float."""
    account = Account.objects.customers().get(user=world.user, asset__code="DOGE")
    names = constraint_names("wallet_account")
    assert {"account_balance_not_negative", "account_balance_is_whole"} <= names
    refused(
        lambda: sql("UPDATE wallet_account SET units = -1 WHERE id = %s", account.pk),
        lambda: sql("UPDATE wallet_account SET units = 1.5e30 WHERE id = %s", account.pk),
        lambda: sql("UPDATE wallet_account SET units = units + 9223372036854775807 WHERE id = %s", account.pk),
    )


def test_p3_an_account_with_entries_does_not_come_back_with_another_balance(world):
    """P3: nor with another owner or asset; only an account that never moved may go."""
    account = Account.objects.customers().get(user=world.user, asset__code="DOGE")
    empty_now = {"units": 0, "sequence": 0}
    other, btc = factories.user("other").pk, Asset.objects.get(code="BTC").pk
    refused(
        lambda: put_back("wallet_account", account.pk, **empty_now),
        lambda: put_back("wallet_account", account.pk, user_id=other, **empty_now),
        lambda: put_back("wallet_account", account.pk, asset_id=btc, **empty_now),
        lambda: put_back("wallet_account", house("outside", "DOGE").pk, kind="fees"),
    )
    if connection.vendor == "sqlite":
        row = {"id": account.pk, "kind": "customer", "user_id": account.user_id, "asset_id": account.asset_id}
        refused(lambda: insert("REPLACE", "wallet_account", row | empty_now))
    house("fees", "DOGE").delete()


def test_accounts_have_one_owner_and_keep_it(world):
    doge, other = Asset.objects.get(code="DOGE"), factories.user("other")
    account = Account.objects.customers().get(user=world.user, asset=doge)
    refused(
        lambda: Account.objects.create(kind="customer", user=world.user, asset=doge, units=0, sequence=0),
        lambda: Account.objects.create(kind="customer", asset=doge, units=0, sequence=0),
        lambda: Account.objects.create(kind="customer", user=other, asset=doge),
        lambda: Account.objects.create(kind="outside", asset=doge),
        lambda: Account.objects.create(kind="fees", user=world.user, asset=doge),
        lambda: Account.objects.create(kind="fees", asset=doge, units=0),
        lambda: Account.objects.create(kind="pocket", asset=doge),
        lambda: Account.objects.filter(pk=account.pk).update(user=other),
        lambda: Account.objects.filter(pk=account.pk).update(asset=Asset.objects.bnb()),
        lambda: sql("DELETE FROM wallet_account WHERE id = %s", account.pk),
    )


def test_entries_move_something_once_per_account(world):
    doge, other = house("treasury", "DOGE"), house("fees", "DOGE")
    refused(
        lambda: write((doge, 0, {}), (other, 0, {})),
        lambda: write((doge, 5, {}), (doge, -5, {})),
        lambda: write((doge, 5, {"sequence": 1}), (other, -5, {})),
        lambda: write((doge, 5, {}), (other, -5, {}), reference=""),
    )
    write((doge, 5, {}), (other, -5, {}))
    refused(lambda: write((doge, 5, {}), (other, -5, {})))


@pytest.mark.parametrize("rate", ["0", "-1", "1000000000000"])
def test_p10_a_price_is_positive_and_bounded(world, rate):
    """P10: the database keeps no unusable price."""
    refused(lambda: Price.objects.update(rate_btc=Decimal(rate)))


def test_p10_a_price_is_a_number(world):
    """P10: NaN, which PostgreSQL holds to be greater than everything, and text, which SQLite would keep."""
    refused(lambda: sql("UPDATE wallet_price SET rate_btc = 'NaN'"))


def test_assets_keep_their_code_and_scale_once_they_have_entries(world):
    doge, fresh = Asset.objects.filter(code="DOGE"), factories.asset("NEW")
    refused(
        lambda: doge.update(scale=8),
        lambda: doge.update(code="DOG"),
        lambda: Asset.objects.filter(pk=fresh.pk).update(code="new"),
        lambda: Asset.objects.filter(pk=fresh.pk).update(code="ВТС"),
        lambda: Asset.objects.filter(pk=fresh.pk).update(code="NEW\n"),
        lambda: Asset.objects.filter(pk=fresh.pk).update(scale=19),
        lambda: Asset.objects.filter(pk=fresh.pk).update(status="gone"),
        lambda: Asset.objects.filter(pk=fresh.pk).update(conversions_paused=True),
        lambda: Asset.objects.filter(code="USDT").update(code="DOGE"),
        lambda: Asset.objects.filter(code="BTC").update(scale=6),
    )
    Asset.objects.filter(pk=fresh.pk).update(scale=2, code="NEW2")
    Price.objects.all().delete()
    refused(
        lambda: put_back("wallet_asset", doge.get().pk, scale=8),
        lambda: put_back("wallet_asset", doge.get().pk, code="DOG"),
        lambda: empty("wallet_asset"),
    )
    put_back("wallet_asset", fresh.pk, scale=3)


def test_users_and_assets_that_hold_something_are_not_deleted(world):
    with pytest.raises(ProtectedError):
        world.user.delete()
    with pytest.raises(ProtectedError):
        Asset.objects.get(code="DOGE").delete()
    refused(lambda: sql("DELETE FROM auth_user WHERE id = %s", world.user.pk), lambda: sql("DELETE FROM wallet_asset"))
    assert Customer.objects.filter(user=world.user).exists()


def test_policies_and_openings_are_written_once(world):
    Opening.objects.create(is_open=False, notice="Back at 16:00.")
    policy = Policy.objects.first()

    def planned(minutes):
        closes_at = world.clock() + timedelta(hours=1)
        reopens_at = closes_at + timedelta(minutes=minutes)
        Opening.objects.create(is_open=False, notice="Soon.", closes_at=closes_at, reopens_at=reopens_at)

    planned(minutes=1)
    refused(
        lambda: Policy.objects.update(dust_limit_btc=1),
        lambda: Policy.objects.all().delete(),
        lambda: Opening.objects.update(is_open=True),
        lambda: Opening.objects.all().delete(),
        lambda: Opening.objects.create(is_open=False),
        lambda: Opening.objects.create(is_open=False, closes_at=world.clock()),
        lambda: planned(minutes=0),
        lambda: planned(minutes=-1),
        lambda: Opening.objects.create(is_open=True, closes_at=world.clock()),
        lambda: Opening.objects.create(is_open=True, reopens_at=world.clock()),
        lambda: Opening.objects.create(is_open=True, notice="Soon.", reopens_at=world.clock()),
        lambda: Opening.objects.update(closes_at=None),
        lambda: replace("wallet_opening", "id", Opening.objects.first().pk),
        lambda: empty("wallet_opening"),
        lambda: replace("wallet_policy", "id", policy.pk),
        lambda: empty("wallet_policy"),
        lambda: factories.policy(dust_limit_btc=Decimal(0)),
        lambda: factories.policy(tolerance_percent=Decimal(0)),
        lambda: factories.policy(fee_percent=Decimal("100.001")),
        lambda: factories.policy(fee_percent=Decimal("-0.001")),
        lambda: factories.policy(quote_seconds=0),
        lambda: factories.policy(breaker_bnb=Decimal(0)),
        lambda: factories.policy(breaker_bnb=Decimal("-0.00000001")),
        lambda: factories.policy(breaker_bnb=Decimal(10_000_000)),
        lambda: factories.policy(breaker_bnb=None),
    )
    factories.policy(breaker_bnb=Decimal("9999999.99999999"))
    assert Policy.objects.current().breaker_units == 999_999_999_999_999


def test_p19_the_breaker_never_opens_plans_or_closes_without_its_reason_and_signs_for_nobody(world):
    """P19: only a person opens, and a person's name stands under what a person did only."""
    whole = {"is_open": False, "notice": "We look.", "cause": "breaker", "reason": "Too much."}
    Opening.objects.create(**whole)
    for changes in (
        {"is_open": True},
        {"notice": ""},
        {"reason": ""},
        {"closes_at": world.clock()},
        {"reopens_at": world.clock()},
        {"created_by": world.user},
        {"cause": "nobody"},
        {"cause": ""},
    ):
        refused(lambda changes=changes: Opening.objects.create(**whole | changes), by="opening_")


def test_a_customers_theme_is_one_of_three(world):
    Customer.objects.ensure(world.user)
    refused(
        lambda: Customer.objects.filter(user=world.user).update(theme="pink"),
        lambda: Customer.objects.filter(user=world.user).update(theme=""),
    )
