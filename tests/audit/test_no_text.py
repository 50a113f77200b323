"""SQLite keeps bytes that are no text where there should be a number or a name: the audit tells of them, and goes on."""

import uuid

import pytest
from django.apps import apps
from django.db import connection

from tests.support import factories
from tests.support.tampering import found_in_rows, undone, without_guards
from wallet.models import Account, Entry

pytestmark = pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL takes nothing but text")

NO_TEXT = "CAST(x'ff' AS text)"


def test_p3_entries_and_sums_of_the_house_that_are_no_text_are_told_of_and_the_other_accounts_are_judged(three):
    """P3: of each account by itself."""
    house = Account.objects.house().filter(entry__isnull=False).order_by("pk").distinct()
    broken_entry, broken_sum, broken_balance = [account.pk for account in house][:3]
    without_guards(
        f"UPDATE wallet_entry SET units = {NO_TEXT} WHERE account_id = {broken_entry}",
        f"INSERT INTO wallet_housebalance (account_id, units, entry_id) VALUES ({broken_sum}, {NO_TEXT}, 0)",
        f"INSERT INTO wallet_housebalance (account_id, units, entry_id) VALUES ({broken_balance}, '5', 0)",
    )
    problems = {row: problem for promise, row, problem in found_in_rows() if row.startswith("account")}
    for pk in (broken_entry, broken_sum):
        assert "Could not decode to UTF-8" in problems[f"account {pk}"]
    assert problems[f"account {broken_balance}"].startswith("the balance is told as ")
    entries = Entry.objects.filter(account=broken_entry).values_list("pk", flat=True)
    assert {f"entry {pk}" for pk in entries} <= {one.row for one in found_in_rows()}


def test_p1_a_transaction_whose_name_is_no_text_is_told_of_by_its_key_and_the_next_by_its_name(world):
    """P1."""
    keys = [uuid.UUID(int=number) for number in (1, 2)]
    for key, reference in zip(keys, (NO_TEXT, "'empty'"), strict=True):
        without_guards(
            "INSERT INTO wallet_transaction (id, kind, reference, posted_at)"
            f" VALUES ('{key.hex}', 'deposit', {reference}, '2026-11-22 00:00:00')"
        )
    problems = {one.row: one.problem for one in found_in_rows() if one.promise == "P1"}
    assert problems.keys() == {f"transaction {keys[0].hex}", "transaction empty"}
    assert "Could not decode to UTF-8" in problems[f"transaction {keys[0].hex}"]
    assert problems["transaction empty"] == "has no entries"


def test_p7_a_stopped_conversion_that_was_posted_and_whose_name_is_no_text_is_told_of_by_its_key(three):
    """P7: and the next one by its name."""
    stopped = "status = 'stopped', reason_code = 'too_late'"
    for row, reference in ((three[0], NO_TEXT), (three[1], f"'{three[1].reference}'")):
        without_guards(f"UPDATE wallet_conversion SET {stopped}, reference = {reference} WHERE id = {row.pk}")
    violations = found_in_rows()
    assert ("P7", f"conversion {three[1].reference}", "was posted, but is not completed") in violations
    broken = [one.problem for one in violations if (one.promise, one.row) == ("P7", f"conversion {three[0].pk}")]
    assert broken
    assert all("Could not decode to UTF-8" in problem for problem in broken)


def test_p3_a_balance_that_is_no_text_is_told_of(three):
    """P3."""
    account = Account.objects.customers().filter(units__gt=0).order_by("pk").first()
    empty = Account.objects.create(
        kind="customer", user=account.user, asset=factories.asset("NEW"), units=0, sequence=0
    )
    without_guards(f"UPDATE wallet_account SET units = {NO_TEXT} WHERE id IN ({account.pk}, {empty.pk})")
    told = [one.problem for one in found_in_rows() if one.row == f"account {empty.pk}"]
    assert told
    assert all("Could not decode to UTF-8" in problem for problem in told)


COLUMNS = [
    (model._meta.db_table, field.column)  # noqa: SLF001  # Django's public way to a model's table and fields
    for model in apps.get_app_config("wallet").get_models()
    for field in model._meta.concrete_fields  # noqa: SLF001
    if not field.primary_key and not field.remote_field
]


def test_whatever_column_holds_no_text_the_audit_comes_to_its_end(three):
    for table, column in COLUMNS:
        with undone():
            without_guards(f"UPDATE {table} SET {column} = {NO_TEXT} WHERE rowid = (SELECT max(rowid) FROM {table})")
            found_in_rows()
