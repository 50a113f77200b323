"""Attacks on the outbox: a mail tells what has happened, never changes what it tells, and ends once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from tests.support import factories
from tests.support.attacks import refused, sql
from wallet.models import OutboxMail

HAPPENED = "a mail is written once what it tells has happened"
WAITS = "a mail begins by waiting"
TELLS = "what a mail tells never changes"
ENDS = "a mail that was sent or given up never changes"


def insert(conversion, **changes):
    at = conversion.finished_at or conversion.confirmed_at or conversion.quoted_at
    fields = {"kind": "again", "conversion": conversion, "due_at": at, "next_attempt_at": at}
    return lambda: OutboxMail.objects.bulk_create([OutboxMail(**fields | changes)])


def sent(**changes):
    fields = {"state": "sent", "attempts": 1, "next_attempt_at": None, "ended_at": "2026-11-22T15:00Z"}
    return OutboxMail.objects.update(**fields | changes)


def test_no_mail_tells_of_what_has_not_happened(world):
    """Neither of a quote, nor of what waits, nor that one can convert again after what was stopped."""
    quote = world.quoted("DOGE")
    others = [factories.user(name, {"DOGE": "100"}) for name in ("anna", "ben")]
    confirmed = world.confirmed("DOGE", owner=others[0])
    stopped = world.settled("DOGE", owner=others[1], DOGE="0.000003")
    OutboxMail.objects.filter(conversion=stopped).update(due_at=F("due_at"))
    refused(
        insert(quote),
        insert(quote, kind="receipt"),
        insert(confirmed),
        insert(confirmed, kind="receipt"),
        insert(stopped),
        by=HAPPENED,
    )


def test_one_of_many_that_is_wrong_refuses_all(world):
    done = world.settled("DOGE")
    quote = world.quoted("ETH", owner=factories.user("anna", {"ETH": "0.01"}))
    rows = [
        OutboxMail(kind="again", conversion=one, due_at=done.finished_at, next_attempt_at=done.finished_at)
        for one in (done, quote)
    ]
    for order in (rows, rows[::-1]):
        refused(lambda order=order: OutboxMail.objects.bulk_create(order), by=HAPPENED)
    insert(done)()


def test_no_mail_is_due_before_what_it_tells(world):
    done = world.settled("DOGE")
    refused(insert(done, due_at=done.finished_at - timedelta(microseconds=1)), by=HAPPENED)


def test_no_mail_begins_as_sent(world):
    done = world.settled("DOGE")
    ended = {"next_attempt_at": None, "ended_at": done.finished_at}
    refused(insert(done, state="sent", attempts=1, **ended), insert(done, attempts=1), by=WAITS)


def test_what_a_mail_tells_never_changes(world):
    world.settled("DOGE")
    other = world.settled("DOGE", owner=factories.user("anna", {"DOGE": "100"}))
    mail = OutboxMail.objects.exclude(conversion=other)
    refused(
        lambda: mail.update(kind="again"),
        lambda: mail.update(conversion=world.quoted("ETH", owner=factories.user("ben", {"ETH": "0.01"}))),
        lambda: mail.update(created_at=F("created_at") + timedelta(days=1)),
        by=TELLS,
    )
    mail.update(attempts=3, next_attempt_at=world.clock(), due_at=world.clock(), last_error="SMTPDataError 451")


def test_a_mail_ends_once(world):
    world.settled("DOGE")
    sent()
    refused(
        sent,
        lambda: OutboxMail.objects.update(state="waiting", next_attempt_at=world.clock(), ended_at=None),
        lambda: OutboxMail.objects.update(last_error="x"),
        by=ENDS,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "sent", "next_attempt_at": None},
        {"state": "sent", "next_attempt_at": None, "ended_at": "2026-11-22T15:00Z"},
        {"state": "dropped", "next_attempt_at": None, "ended_at": "2026-11-22T15:00Z"},
        {"state": "given_up", "attempts": 12, "next_attempt_at": None, "ended_at": "2026-11-22T15:00Z"},
        {"state": "lost"},
        {"next_attempt_at": None},
        {"ended_at": "2026-11-22T15:00Z"},
        {"reason": "closed"},
        {"attempts": -1},
    ],
    ids=str,
)
def test_a_state_is_whole(world, changes):
    world.settled("DOGE")
    refused(lambda: OutboxMail.objects.update(**changes))


def test_a_kind_that_nobody_knows_is_refused(world):
    refused(insert(world.settled("DOGE"), kind="advert"))


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no TRUNCATE.")
def test_mails_are_never_emptied(world):
    world.settled("DOGE")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    refused(lambda: sql("TRUNCATE wallet_outboxmail CASCADE"), by="never emptied")


def test_a_conversion_with_a_mail_stays(world):
    done = world.settled("DOGE")
    refused(lambda: sql("DELETE FROM wallet_conversion WHERE id = %s", done.pk))
