"""Everybody who waits for a round of prices is settled by it, in chunks of one transaction; each is judged by itself."""

from functools import partial

import pytest
from django.db import IntegrityError, connection

from tests.support import factories
from tests.support.settling import settled_while_held
from tests.support.together import together
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.conversions import Settled, claims, settlement, states
from wallet.database.retrying import Busy
from wallet.models import Account, Conversion, Customer, Transaction


def statuses(rows):
    return [Conversion.objects.get(pk=row.pk).status for row in rows]


@pytest.mark.parametrize("size", [1, 3, 40])
def test_a_round_settles_all_that_it_answers_and_nothing_else(world, chunks_of, size):
    chunks_of(size)
    rows = world.confirmed_by_others(7)
    world.observe()
    world.clock.tick(seconds=1)
    owner = factories.user("later", {"DOGE": "100"})
    later = world.confirmed("DOGE", owner=owner)
    assert conversions.settle_round().finished == 7
    assert statuses(rows) == ["completed"] * 7
    assert statuses([later]) == ["confirmed"]
    assert conversions.settle_round().finished == 0
    assert {factories.balance(row.user, "BNB") for row in rows} == {2_000_000}
    assert Transaction.objects.filter(kind="conversion").count() == 7
    assert set(Conversion.objects.completed().values_list("attempts", flat=True)) == {1}
    assert not list(audit())


def test_each_is_judged_by_itself_and_one_that_is_stopped_stops_no_other(world):
    late = world.confirmed("DOGE", owner=factories.user("late", {"DOGE": "100"}))
    world.clock.tick(seconds=119)
    world.observe()
    rows = world.confirmed_by_others(5)
    changed = world.confirmed("ETH", owner=factories.user("stopped", {"ETH": "0.01"}))
    short = rows[2]
    doge = Account.objects.get(user=short.user, asset__code="DOGE")
    ledger.adjust(user=short.user, asset=doge.asset, units=-1, reference="taken")
    world.observe(ETH="0.06")
    assert conversions.settle_round().finished == 7
    assert statuses(rows) == ["completed", "completed", "stopped", "completed", "completed"]
    reasons = dict(Conversion.objects.filter(status="stopped").values_list("reference", "reason_code"))
    assert reasons == {
        short.reference: "balance_changed",
        changed.reference: "price_changed",
        late.reference: "too_late",
    }
    assert Account.objects.get(pk=doge.pk).units == 99_999_999
    assert set(Customer.objects.filter(last_converted_at=None).values_list("user__username", flat=True)) >= {
        "stopped",
        "late",
        short.user.username,
    }
    assert not list(audit())


def test_a_chunk_takes_the_same_number_of_statements_whatever_is_in_it(world, queries):
    """At most one statement a conversion in a chunk of forty."""
    world.confirmed_by_others(1)
    world.observe()
    conversions.settle_round()  # makes the house's accounts that are missing
    factories.policy(interval_seconds=0)

    def settling(owners):
        for owner in owners:
            factories.deposit(owner, "DOGE", "50", f"{owner}{Conversion.objects.count()}")
            world.confirmed("DOGE", owner=owner)
        world.observe()
        claimed = claims.claim_chunk()
        sent = queries(settlement.complete_or_stop, claimed.references, waits=False)
        assert not Conversion.objects.confirmed().exists()
        return len(sent)

    owners = [factories.user(f"more{number}", {"BNB": "0.01"}) for number in range(6)]
    few = settling(owners[:1])
    assert settling(owners) == few
    assert few <= 30


def test_a_chunk_that_is_refused_as_a_whole_is_settled_one_by_one(world, monkeypatch, events):
    """One that the database refuses takes no other with it, and none of the others has lost an attempt."""
    rows = world.confirmed_by_others(5)
    write_ends = states.write_ends

    def write_others(conversions):
        if rows[3] in conversions:
            raise IntegrityError("no longer confirmed")
        write_ends(conversions)

    monkeypatch.setattr(states, "write_ends", write_others)
    world.observe()
    assert conversions.settle_round().finished == 4
    assert statuses(rows) == ["completed", "completed", "completed", "confirmed", "completed"]
    assert list(Conversion.objects.order_by("pk").values_list("attempts", flat=True)) == [1] * 5
    assert [event["conversions"] for event in events("chunk_refused", "ERROR")] == [5]
    assert [event["reference"] for event in events("settle_failed", "ERROR")] == [rows[3].reference]
    assert conversions.settle_round().finished == 0  # it lost an attempt, and so runs alone


def test_a_fault_in_one_of_them_is_not_the_others_fault(world, monkeypatch):
    rows = world.confirmed_by_others(3)
    world.observe()
    judge = Conversion.judge

    def faulty(conversion, *args, **options):
        return 1 / 0 if conversion.pk == rows[0].pk else judge(conversion, *args, **options)

    monkeypatch.setattr(Conversion, "judge", faulty)
    assert conversions.settle_round().finished == 2
    assert statuses(rows) == ["confirmed", "completed", "completed"]


def test_a_round_ends_early_once_it_has_tried_as_many_as_it_may(world, chunks_of):
    chunks_of(2)
    world.confirmed_by_others(7)
    world.observe()
    assert conversions.settle_round(at_most=2) == Settled(2, goes_on=True)
    assert conversions.settle_round(at_most=3) == Settled(4, goes_on=True)
    assert conversions.settle_round(at_most=1) == Settled(1, goes_on=True)
    assert conversions.settle_round(at_most=1) == Settled(0, goes_on=False)
    assert conversions.settle_round(at_most=0) == Settled(0, goes_on=False)


def test_prices_that_are_gone_again_leave_a_claimed_one_as_it_was(world):
    """Between the claim and the settlement the source was changed."""
    (row,) = world.confirmed_by_others(1)
    world.observe()
    claimed = claims.claim_chunk()
    world.observe(BNB=None)
    outcome = settlement.complete_or_stop(claimed.references, waits=False)
    assert (outcome.ended, [one.pk for one in outcome.unpriced]) == ([], [row.pk])


def test_one_whose_price_is_older_than_its_confirm_holds_up_no_other_of_its_chunk(world):
    """It waits for the market by itself, though it is the first of them."""
    waiting = world.confirmed("ETH")
    (other,) = world.confirmed_by_others(1)
    world.observe()
    claimed = claims.claim_chunk()
    factories.price("ETH", "0.05", observed_at=waiting.quoted_at)
    outcome = settlement.complete_or_stop(claimed.references, waits=False)
    assert ([one.pk for one in outcome.ended], [one.pk for one in outcome.unpriced]) == ([other.pk], [waiting.pk])
    assert statuses([waiting, other]) == ["confirmed", "completed"]


@pytest.mark.django_db(transaction=True)
def test_who_claims_a_chunk_keeps_others_away_until_the_lease_is_over(world):
    world.confirmed_by_others(2)
    world.clock.tick(seconds=1)
    world.observe()
    claimed = claims.claim_chunk()
    assert claimed.lapses_at == world.clock() + claims.LEASE
    assert conversions.settle_round().finished == 0
    world.clock.tick(seconds=10)
    assert len(conversions.due().alone) > 0  # it lost an attempt, so it runs alone


def test_p4_two_workers_on_one_round_settle_each_conversion_once(transactional_db, clock, chunks_of):
    """P4: whoever comes second gets others, or none."""
    chunks_of(2)
    world = factories.World(clock)
    rows = world.confirmed_by_others(12)
    world.observe()
    found = together(*[conversions.settle_round] * 4)
    conversions.settle_round()
    assert sum(settled.finished for settled in found) <= 12
    assert statuses(rows) == ["completed"] * 12
    assert set(Conversion.objects.values_list("attempts", flat=True)) == {1}
    assert not list(audit())


@pytest.mark.django_db(transaction=True)
def test_a_customer_whom_somebody_holds_holds_up_no_other(transactional_db, clock, chunks_of):
    """A deposit holds the row; the others are settled meanwhile, in later chunks too, and this one as soon as it is over."""
    chunks_of(2)
    world = factories.World(clock)
    rows = world.confirmed_by_others(4)
    world.observe()
    seen = []
    deposit = partial(factories.deposit, rows[1].user, "DOGE", "1", "meanwhile")
    assert settled_while_held(rows[1], deposit, when_alone=lambda: seen.append(statuses(rows))) == 4
    # SQLite has one writer at a time: nobody can be held there while another is settled.
    assert seen == ([] if connection.vendor == "sqlite" else [["completed", "confirmed", "completed", "completed"]])
    assert statuses(rows) == ["completed"] * 4
    assert not list(audit())


def test_a_whole_chunk_is_one_transaction(world, monkeypatch):
    """P7: what fails in the middle leaves every one of them as it was."""
    rows = world.confirmed_by_others(3)
    world.observe()
    claimed = claims.claim_chunk()

    def refused(*_, **__):
        raise IntegrityError

    monkeypatch.setattr(states, "write_ends", refused)
    with pytest.raises(IntegrityError):
        settlement.complete_or_stop(claimed.references, waits=False)
    assert statuses(rows) == ["confirmed"] * 3
    assert not Transaction.objects.filter(kind="conversion").exists()
    assert not list(audit())


def test_the_first_who_is_held_for_long_is_tried_once_a_round_and_nobody_after_them(world, monkeypatch):
    """Else the worker would wait for nothing but such rows, one after the other."""
    rows = world.confirmed_by_others(3)
    world.observe()
    tries = []

    def held(references, waits):
        tries.append(waits)
        if waits:
            raise Busy
        return settlement.Outcome([], [])

    monkeypatch.setattr(settlement, "complete_or_stop", held)
    assert conversions.settle_round().finished == 0
    assert tries == [False, True]
    for row in rows:
        row.refresh_from_db()
        assert (row.status, row.attempts, row.next_attempt_at) == ("confirmed", 0, world.clock())


@pytest.fixture
def settling(monkeypatch):
    """Settlements of a chunk come to what is set here; of one alone to what they do."""
    plain = settlement.complete_or_stop
    found = {"unpriced": [], "held": [], "busy": []}

    def some(references, *, waits):
        if waits and found["busy"] == list(references):
            raise Busy
        if waits:
            return plain(references, waits=True)
        rest = [one for one in references if one not in (*found["unpriced"], *found["held"])]
        unpriced = [
            row for row in Conversion.objects.filter(reference__in=references) if row.reference in found["unpriced"]
        ]
        return settlement.Outcome(plain(rest, waits=False).ended if rest else [], unpriced)

    monkeypatch.setattr(settlement, "complete_or_stop", some)
    return found


def test_a_round_counts_those_that_it_finished_together_and_alone(world, settling, events):
    """Those that are left lose no attempt; the sweep sends them again."""
    first, unpriced, held, busy, last = world.confirmed_by_others(5)
    world.observe()
    settling |= {
        "unpriced": [unpriced.reference],
        "held": [held.reference, busy.reference],
        "busy": [busy.reference],
    }
    assert conversions.settle_round() == Settled(3, goes_on=False)
    assert statuses([first, held, last]) == ["completed"] * 3
    for row in (unpriced, busy):
        row.refresh_from_db()
        assert (row.status, row.attempts, row.next_attempt_at) == ("confirmed", 0, world.clock())
    assert [event["reference"] for event in events("too_busy", "WARNING")] == [busy.reference]


@pytest.mark.parametrize("what", ["unpriced", "held"])
def test_what_one_chunk_leaves_is_given_back_and_tried_once(world, settling, chunks_of, what):
    chunks_of(1)
    left, other = world.confirmed_by_others(2)
    world.observe()
    settling[what] = settling["busy"] = [left.reference]
    assert conversions.settle_round() == Settled(1, goes_on=False)
    assert statuses([left, other]) == ["confirmed", "completed"]
    assert Conversion.objects.get(pk=left.pk).attempts == 0


def test_who_is_settled_alone_and_has_no_price_any_more_waits_for_the_sweep(world, settling, monkeypatch, events):
    (row,) = world.confirmed_by_others(1)
    world.observe()
    settling["held"] = [row.reference]
    plain = settlement.complete_or_stop

    def gone(references, *, waits):
        if waits:
            world.observe(BNB=None)
        return plain(references, waits=waits)

    monkeypatch.setattr(settlement, "complete_or_stop", gone)
    assert conversions.settle_round().finished == 0
    assert [event["reference"] for event in events("price_gone", "WARNING")] == [row.reference]
    assert Conversion.objects.get(pk=row.pk).attempts == 0


def test_a_round_that_finds_the_database_busy_ends_and_gives_its_chunk_back(world, monkeypatch, chunks_of):
    chunks_of(2)
    rows = world.confirmed_by_others(3)
    world.observe()
    tries = []

    def busy(references, *, waits):
        tries.append(len(references))
        raise Busy

    monkeypatch.setattr(settlement, "complete_or_stop", busy)
    with pytest.raises(Busy):
        conversions.settle_round()
    assert tries == [2]
    for row in rows:
        row.refresh_from_db()
        assert (row.attempts, row.next_attempt_at) == (0, row.confirmed_at if row == rows[2] else world.clock())
