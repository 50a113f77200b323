"""Many at once, on the real locks of the database that the suite runs on."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from tests.support import factories
from tests.support.attacks import house
from tests.support.site import wait_for
from tests.support.together import together
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.conversions import settlement
from wallet.database import clock
from wallet.models import Account, Asset, Conversion, Entry, Transaction
from wallet.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 12


@pytest.fixture
def site(transactional_db):
    factories.market()
    owner = factories.user()
    for code, amount in {"DOGE": "100", "ETH": "0.01", "EUR": "10"}.items():
        factories.deposit(owner, code, amount)
    return owner


def test_p4_confirms_of_one_quote_released_together_are_one(site):
    """P4: at most one effect, and everybody gets the same answer."""
    quote = conversions.quote(user=site, codes=["DOGE"])
    found = together(*[lambda: conversions.confirm(user=site, reference=quote.reference)] * THREADS)
    assert {(one.pk, one.confirmed_at) for one in found} == {(quote.pk, found[0].confirmed_at)}


def test_p5_confirms_of_two_quotes_released_together_confirm_one(site):
    """P5: two tabs take turns."""
    quotes = [conversions.quote(user=site, codes=[code]) for code in ("DOGE", "ETH")]
    works = [lambda quote=quote: conversions.confirm(user=site, reference=quote.reference) for quote in quotes * 4]
    found = together(*works)
    assert {type(one) for one in found} == {Conversion, Refused}
    assert len({one.pk for one in found if isinstance(one, Conversion)}) == 1
    assert {one.code for one in found if isinstance(one, Refused)} == {"in_progress"}
    assert Conversion.objects.confirmed().count() == 1


def test_p4_p7_one_message_delivered_to_many_has_one_effect(site):
    """P4 and P7: whoever comes second finds nothing to do."""
    quote = conversions.quote(user=site, codes=["DOGE", "ETH"])
    conversions.confirm(user=site, reference=quote.reference)
    factories.prices(factories.RATES)
    found = together(*[lambda: conversions.settle(reference=quote.reference)] * THREADS)
    assert [one.status for one in found if one is not None] == ["completed"]
    assert factories.balances(site) == {"EUR": 1_000, "BNB": 7_000_000}
    assert not list(audit())


def test_p4_settlements_that_passed_the_claim_together_settle_once(site):
    """P4: the claim is only for efficiency; the lock and the conditional update decide."""
    quote = conversions.quote(user=site, codes=["DOGE"])
    conversions.confirm(user=site, reference=quote.reference)
    factories.prices(factories.RATES)
    found = together(*[lambda: settlement.complete_or_stop([quote.reference], waits=True)] * 6)
    assert {one.status for outcome in found for one in outcome.ended} == {"completed"}
    assert factories.balance(site, "BNB") == 2_000_000
    assert not list(audit())


def test_one_deposit_sent_many_times_at_once_posts_once(site):
    found = together(*[lambda: factories.deposit(site, "BTC", "0.5", "same")] * THREADS)
    assert len({one.pk for one in found}) == 1
    assert factories.balance(site, "BTC") == 50_000_000


def test_one_reference_for_two_customers_at_once_credits_one(site):
    owners = [site, *(factories.user(f"other{number}") for number in range(5))]
    found = together(*[lambda owner=owner: factories.deposit(owner, "BTC", "0.5", "same") for owner in owners])
    assert sum(isinstance(one, ledger.ReferenceReused) for one in found) == 5
    assert sum(factories.balance(owner, "BTC") for owner in owners) == 50_000_000
    assert not list(audit())


def test_p3_deposits_and_a_settlement_side_by_side_leave_a_balanced_ledger(site):
    """P3: nothing is lost between reading a balance and writing it."""
    quote = conversions.quote(user=site, codes=["DOGE", "ETH"])
    conversions.confirm(user=site, reference=quote.reference)
    factories.prices(factories.RATES)
    bnb = Asset.objects.bnb()
    deposits = [
        lambda number=number: ledger.deposit(user=site, asset=bnb, units=1_000, reference=f"d{number}")
        for number in range(THREADS)
    ]
    found = together(lambda: conversions.settle(reference=quote.reference), *deposits)
    assert not [one for one in found if isinstance(one, Exception)]
    assert factories.balance(site, "BNB") == 7_000_000 + 1_000 * THREADS
    assert not list(audit())


def test_many_customers_convert_at_once(site):
    owners = [factories.user(f"customer{number}") for number in range(8)]
    for owner in owners:
        for code, amount in {"EUR": "10", "DOGE": "100", "ETH": "0.01"}.items():
            factories.deposit(owner, code, amount)

    def convert(owner):
        quote = conversions.quote(user=owner, codes=["ETH", "DOGE", "EUR"])
        return conversions.confirm(user=owner, reference=quote.reference).reference

    references = together(*[lambda owner=owner: convert(owner) for owner in owners])
    factories.prices(factories.RATES)
    found = together(*[lambda reference=reference: conversions.settle(reference=reference) for reference in references])
    assert {one.status for one in found} == {"completed"}
    assert not list(audit())


def test_the_audit_reads_one_snapshot_while_money_moves(site):
    stop = threading.Event()

    def deposits():
        for number in range(40):
            factories.deposit(site, "BTC", "0.01", f"b{number}")
        stop.set()

    def audits():
        found = []
        while not stop.is_set():
            found += list(audit())
        return found

    moved, violations = together(deposits, audits)
    assert moved is None
    assert violations == []


def test_p1_two_sessions_that_write_the_same_transaction_by_hand_do_not_both_succeed(site):
    """P1: neither sees the other's entries, so each sum would be right, and both together wrong."""
    shared, written, entered = uuid.uuid4(), threading.Event(), threading.Event()
    # Accounts of their own: no constraint of the entries themselves stands between them.
    accounts = {
        code: [house(kind, code) for kind in (Account.Kind.TREASURY, Account.Kind.OUTSIDE)]
        for code in ("BTC", "ETH", "EUR")
    }

    def entries(code, *every):
        for account, units in zip(accounts[code], every, strict=False):
            Entry.objects.create(transaction_id=shared, account=account, units=units)

    def record(kind):
        Transaction(pk=shared, kind=kind, reference="by hand", posted_at=clock.now()).save(force_insert=True)

    def held_up():
        if connection.vendor == "sqlite":  # nobody else is in a transaction
            return 2
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            return cursor.fetchone()[0]

    def first():
        with transaction.atomic():
            entries("BTC", 5, -5)
            written.set()
            wait_for(lambda: entered.is_set() or held_up() == 2)
            record("adjustment")

    def whole():
        assert written.wait(10)
        with transaction.atomic():
            entries("ETH", 9, -9)
            record("deposit")

    def half():
        assert written.wait(10)
        with transaction.atomic():
            entries("EUR", 7)
            entered.set()

    done, *others = together(first, whole, half)
    assert done is None
    assert all(isinstance(other, IntegrityError) for other in others), others
    assert sorted(Entry.objects.filter(transaction=shared).values_list("units", flat=True)) == [-5, 5]


def test_entries_are_written_only_where_each_statement_sees_what_is_committed(site):
    """In a snapshot of its own a session would not see that the transaction has been written meanwhile."""
    if connection.vendor == "sqlite":  # no such choice: one writer at a time
        assert "SERIALIZABLE" not in str(connection.settings_dict)
        return
    with pytest.raises(IntegrityError, match="READ COMMITTED"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        factories.deposit(site, "BTC", "1", "in a snapshot")


def test_summing_the_houses_balances_beside_those_who_write_misses_no_entry(site):
    """Ids are given out before they are committed: one that is late must not be left out for ever."""
    stop = threading.Event()

    def deposits(worker):
        for number in range(25):
            factories.deposit(site, "BTC", "0.01", f"s{worker}-{number}")
        stop.set()

    def sums():
        while not stop.is_set():
            ledger.sum_house_balances()

    assert together(*[lambda worker=worker: deposits(worker) for worker in range(4)], sums) == [None] * 5
    outside = Account.objects.get(kind="outside", asset__code="BTC")
    assert ledger.house_balances([outside]) == {outside.pk: -100_000_000}
    assert not list(audit())
