"""What stays quick and small however much has been written."""

import time
import tracemalloc

import pytest
from django.db import connection, transaction
from django.urls import reverse

from tests.support import factories
from tests.support.chaos import customers, size
from wallet import ledger, month_end
from wallet.audit import audit
from wallet.database import clock
from wallet.models import Account, Entry, Pulse
from wallet.models.pulse import AUDITED
from wallet.month_end import Month

# Deposits of one customer, each with its two entries; without the guards, which a million inserts would ask.
FILL = """
SET LOCAL session_replication_role = replica;
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
    SELECT gen_random_uuid() AS id, number FROM generate_series(2, {count} + 1) AS number;
INSERT INTO wallet_transaction (id, kind, reference, posted_at)
    SELECT id, 'deposit', 'made ' || number, '{posted_at}' FROM made;
INSERT INTO wallet_entry (transaction_id, account_id, units, balance_units, sequence)
    SELECT id, {customer}, 1, number, number FROM made ORDER BY number;
INSERT INTO wallet_entry (transaction_id, account_id, units) SELECT id, {outside}, -1 FROM made;
UPDATE wallet_account SET units = {count} + 1, sequence = {count} + 1 WHERE id = {customer};
"""


def milliseconds(work):
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def peak(work):
    """How much memory Python took for it at the most, in MB."""
    tracemalloc.start()
    work()
    taken = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return taken


def a_past_month():
    """One that is final at any hour of today."""
    return Month.of(clock.now()).previous.previous


@pytest.fixture
def entries(market):
    """A house account and its customer's with very many entries."""
    owner = customers("customer", 1, DOGE="0.000001")[0]
    account = Account.objects.get(user=owner)
    outside = Account.objects.house().get(asset=account.asset)
    count = size(50_000, 500_000)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        posted_at = a_past_month().begins_at.isoformat()
        cursor.execute(FILL.format(count=count, customer=account.pk, outside=outside.pk, posted_at=posted_at))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wallet_entry, wallet_transaction, wallet_account")
    return owner, account, outside


def test_a_house_balance_reads_only_what_came_since_the_stored_sum(entries, figure, django_assert_num_queries):
    owner, account, outside = entries
    before = milliseconds(lambda: ledger.house_balances([outside]))
    ledger.sum_house_balances()
    ledger.deposit(user=owner, asset=account.asset, units=7, reference="since")
    held = -Entry.objects.filter(account=account).count() - 6
    with django_assert_num_queries(2) as told:
        assert ledger.house_balances([outside]) == {outside.pk: held}
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + told.captured_queries[1]["sql"])
        assert cursor.fetchone()[0][0]["Plan"]["Actual Rows"] == 1
    after = milliseconds(lambda: ledger.house_balances([outside]))
    count = Entry.objects.count()
    figure(f"{count} entries: {before:.0f} ms without a stored sum, {after:.1f} ms with one")


def test_the_audit_takes_no_more_memory_for_more_entries(entries, figure):
    taken = peak(lambda: list(audit()))
    lasted = milliseconds(lambda: list(audit())) / 1000
    count = Entry.objects.count()
    assert taken < 20
    figure(f"{count} entries: {taken:.1f} MB of memory at the most, {lasted:.1f} s")


def test_p20_a_months_end_of_very_many_entries_agrees_with_the_balances_and_is_read_at_once(entries, figure, client):
    """P20, P3. How long it takes is written down (300 ms for the page at the most), not judged."""
    _, account, _ = entries
    month = a_past_month()
    Pulse.objects.beat(AUDITED, clock.now())
    added_up = milliseconds(lambda: month_end.report(month))
    assert month in month_end.close()
    closing = {(one.asset, one.kind): one.closing for one in month_end.report(month).balances}
    account.refresh_from_db()
    # All but what the customer was given today.
    assert closing == {("DOGE", "customer"): account.units - 1, ("DOGE", "outside"): 1 - account.units}
    client.force_login(factories.operator())
    address = reverse("admin:wallet_transaction_month", args=[str(month)])
    assert client.get(address).status_code == 200
    page = milliseconds(lambda: client.get(address))
    figure(f"{Entry.objects.count()} entries: {added_up:.0f} ms to add up once, the page {page:.0f} ms from then on")
