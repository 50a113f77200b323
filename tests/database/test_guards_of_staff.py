"""What the staff did is written once, whoever asks; and who is staff has no money of their own (P20)."""

import pytest
from django.db import IntegrityError, connection

from tests.support import factories
from tests.support.attacks import column_names, empty, put_back, refused, replace, sql
from wallet import ledger, staff_log
from wallet.models import Account, Asset, Conversion, StaffAction

ONCE = "written once"


@pytest.fixture
def action(db):
    return staff_log.record(staff=factories.user("clerk", is_staff=True), action="tried", after={"a": 1})


def test_p20_what_the_staff_did_is_never_changed_nor_deleted(action):
    """P20: not by the ORM, not by SQL through the application's connection, not written over."""
    columns = [f'"{name}" = "{name}"' for name in column_names("wallet_staffaction")]
    refused(
        *(lambda column=column: sql(f"UPDATE wallet_staffaction SET {column}") for column in columns),
        lambda: StaffAction.objects.update(staff_name="somebody"),
        lambda: StaffAction.objects.filter(pk=action.pk).delete(),
        lambda: sql("DELETE FROM wallet_staffaction"),
        lambda: put_back("wallet_staffaction", action.pk, staff_name="somebody"),
        lambda: replace("wallet_staffaction", "id", action.pk),
        by=ONCE,
    )
    refused(lambda: empty("wallet_staffaction"), by="written once|never emptied")
    assert StaffAction.objects.get().staff_name == "clerk"


def test_p20_what_somebody_did_stays_when_their_account_goes(action):
    """P20: the deletion of the staff member included."""
    sql("DELETE FROM auth_user WHERE username = 'clerk'")
    assert StaffAction.objects.get().staff_name == "clerk"


def test_staff_get_no_balance_alone_nor_among_others(world):
    """P20: the ledger says so in a sentence; the database refuses who goes past it."""
    clerk, other = factories.user("clerk", is_staff=True), factories.user("other")
    doge = Asset.objects.get(code="DOGE")
    for move in (ledger.deposit, ledger.adjust):
        with pytest.raises(ledger.StaffHoldNothing, match="clerk is staff"):
            move(user=clerk, asset=doge, units=5, reference="R1")
    fresh = {"kind": "customer", "asset": doge, "units": 0, "sequence": 0}
    refused(
        lambda: Account.objects.create(user=clerk, **fresh),
        lambda: Account.objects.ensure_customers([other.pk, clerk.pk], doge.pk),
        by="staff hold no balances",
    )
    assert not Account.objects.filter(user__in=[clerk, other]).exists()
    Account.objects.ensure_customers([other.pk], doge.pk)
    Account.objects.ensure_house(Account.Kind.FEES, [doge.pk])


def test_what_staff_hold_from_before_can_be_taken_back(world):
    sql("UPDATE auth_user SET is_staff = %s WHERE id = %s", True, world.user.pk)
    world.user.refresh_from_db()
    ledger.adjust(user=world.user, asset=Asset.objects.get(code="DOGE"), units=-1, reference="R1")


def test_staff_convert_nothing_even_with_balances_from_before(world):
    quoted = world.quoted("DOGE")
    sql("UPDATE auth_user SET is_staff = %s WHERE id = %s", True, world.user.pk)
    row = Conversion.objects.filter(pk=quoted.pk).values().get()
    with pytest.raises(IntegrityError, match="staff convert nothing"):
        Conversion(**{**row, "id": None, "reference": "CV-AAAA-AAAA"}).save(force_insert=True)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no TRUNCATE.")
def test_the_log_is_never_emptied(action):
    refused(lambda: sql("TRUNCATE wallet_staffaction"), by="never emptied")
