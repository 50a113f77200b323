"""Mails about conversions are written by the transaction that ends them, for whom they reach, together for a chunk."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from tests.support import factories
from tests.support.settling import assert_stopped
from tests.support.together import together
from wallet import conversions, outbox
from wallet.conversions import settlement
from wallet.models import Conversion, Customer, OutboxMail


def mails():
    """What is written, by conversion and kind: when it is due."""
    return {
        (mail.conversion.reference, mail.kind): mail.due_at for mail in OutboxMail.objects.select_related("conversion")
    }


def test_a_receipt_is_written_with_the_settlement_and_no_notice_unless_it_was_asked_for(world):
    done = world.settled("DOGE")
    (mail,) = OutboxMail.objects.all()
    assert (mail.conversion_id, mail.kind, mail.state, mail.attempts) == (done.pk, "receipt", "waiting", 0)
    assert mail.due_at == mail.next_attempt_at == mail.created_at == done.finished_at


def test_a_notice_is_due_when_the_wait_that_begins_is_over(world):
    Customer.objects.set_mails(world.user, wants_notices=True)
    done = world.settled("DOGE")
    at = done.finished_at
    assert mails() == {(done.reference, "receipt"): at, (done.reference, "again"): at + world.policy.interval}


def test_one_that_was_stopped_has_a_receipt_and_begins_no_wait(world):
    Customer.objects.set_mails(world.user, wants_notices=True)
    before = factories.balances(world.user)
    stopped = world.settled("DOGE", DOGE="0.000003")
    assert_stopped(world, stopped, before, "price_changed")
    assert list(mails()) == [(stopped.reference, "receipt")]


def test_one_that_was_given_up_and_one_that_staff_stopped_have_theirs_too(world):
    given_up = world.confirmed("DOGE")
    Conversion.objects.filter(pk=given_up.pk).update(attempts=5)
    factories.sweep()
    other = factories.user("other", {"DOGE": "100"})
    stopped = world.confirmed("DOGE", owner=other)
    factories.roles()
    conversions.stop_for(by=factories.staff("support"), conversion=stopped, reason="Asked to.")
    assert {world.status(given_up), world.status(stopped)} == {"failed", "stopped"}
    assert set(mails()) == {(given_up.reference, "receipt"), (stopped.reference, "receipt")}


@pytest.mark.parametrize("what", ["choice", "no address", "unconfirmed", "deactivated"])
def test_whom_no_mail_reaches_or_who_wants_none_gets_no_row(world, what):
    conversion = world.confirmed("DOGE")
    if what == "choice":
        Customer.objects.set_mails(world.user, wants_receipts=False, wants_notices=False)
    elif what == "no address":
        User.objects.update(email="")
    elif what == "unconfirmed":
        EmailAddress.objects.create(user=world.user, email="mira@example.com", verified=False)
    else:
        User.objects.update(is_active=False)
    assert world.settle(conversion).status == "completed"
    assert mails() == {}


def test_an_address_that_was_confirmed_is_one_whatever_stands_with_the_account(world):
    User.objects.update(email="")
    EmailAddress.objects.create(user=world.user, email="mira@example.org", verified=True, primary=True)
    assert list(mails()) == []
    done = world.settled("DOGE")
    assert list(mails()) == [(done.reference, "receipt")]


def test_who_signed_up_and_never_confirmed_is_not_reached_by_other_letters_either(world):
    EmailAddress.objects.create(user=world.user, email="mira@example.com", verified=False)
    User.objects.update(email="Mira@Example.com")
    world.settled("DOGE")
    assert mails() == {}


def test_a_settlement_that_is_rolled_back_leaves_no_mail(world, monkeypatch):
    conversion = world.confirmed("DOGE")
    tell = outbox.tell

    def told_and_broken(*args, **options):
        tell(*args, **options)
        assert OutboxMail.objects.count() == 1
        raise ZeroDivisionError

    monkeypatch.setattr(settlement.outbox, "tell", told_and_broken)
    with pytest.raises(ZeroDivisionError):
        world.settle(conversion)
    assert (world.status(conversion), OutboxMail.objects.count()) == ("confirmed", 0)
    assert Customer.objects.get(user=world.user).last_converted_at is None


def test_a_mail_that_cannot_be_written_would_undo_what_it_tells(world, monkeypatch):
    """Both are there or neither, whichever of them fails."""
    conversion = world.confirmed("DOGE")
    before = factories.balances(world.user)
    monkeypatch.setattr(settlement.outbox, "tell", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.settle(conversion)
    assert factories.balances(world.user) == before


def test_a_chunk_takes_as_many_statements_for_many_as_for_two(world, queries, chunks_of):
    chunks_of(40)

    def settle(count, first):
        owners = [factories.user(f"c{first + number}", {"DOGE": "100"}) for number in range(count)]
        for owner in owners:
            Customer.objects.set_mails(owner, wants_notices=True)
        confirmed = [world.confirmed("DOGE", owner=owner) for owner in owners]
        world.clock.tick(seconds=1)
        world.observe()
        sent = queries(conversions.settle_round)
        assert {world.status(one) for one in confirmed} == {"completed"}
        return [sql for sql in sent if "outboxmail" in sql or "account_emailaddress" in sql]

    few, many = settle(2, 0), settle(12, 10)
    assert len(few) == len(many) == 2
    assert OutboxMail.objects.count() == 28


def test_who_wants_no_mail_costs_no_statement(world, queries):
    Customer.objects.set_mails(world.user, wants_receipts=False)
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()
    sent = queries(conversions.settle, reference=conversion.reference)
    assert [sql for sql in sent if "outboxmail" in sql or "emailaddress" in sql] == []


@pytest.mark.django_db(transaction=True)
def test_p4_workers_that_settle_the_same_write_one_receipt(transactional_db, clock):
    """P4: however often a message comes."""
    world = factories.World(clock)
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()
    together(*[lambda: conversions.settle(reference=conversion.reference)] * 3)
    assert world.status(conversion) == "completed"
    assert list(mails()) == [(conversion.reference, "receipt")]


def test_a_second_mail_of_a_kind_and_conversion_is_refused(world):
    done = world.settled("DOGE")
    customer = Customer.objects.get(user=world.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        outbox.tell([(customer, done)], interval=world.policy.interval)
    assert OutboxMail.objects.count() == 1


def test_rows_go_90_days_after_they_have_ended_and_no_sooner(world, monkeypatch):
    world.settled("DOGE")
    old = "2026-01-01T00:00Z"
    refused = pytest.raises(IntegrityError, match="kept until 90 days after it has ended")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM wallet_outboxmail")
    OutboxMail.objects.update(state="sent", attempts=F("attempts") + 1, next_attempt_at=None, ended_at=old)
    assert OutboxMail.objects.clear(world.clock()) == 1
