"""Mails of the outbox and mail servers that lie: what fails is tried again, and stops nobody else."""

from datetime import timedelta

import pytest

from tests.support.mail_server import Liar, dripping_server, mail_server, silent_server
from tests.support.outbox import only, others
from tests.support.servers import free_port
from wallet import delivery
from wallet.models import OutboxMail
from wallet.pages import receipts


@pytest.fixture
def liar(settings):
    """The site's mail server, which lies as its `faults` say."""
    with mail_server(postbox=Liar()) as (port, postbox):
        settings.EMAIL_BACKEND = "wallet.mail_server.MailServer"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
        yield postbox


def states():
    return dict(OutboxMail.objects.values_list("conversion__user__username", "state"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Liar.REFUSED, "SMTPRecipientsRefused 550"),
        (Liar.DROPPED, "SMTPServerDisconnected"),
        (Liar.ERROR, "SMTPDataError 451"),
    ],
)
def test_what_fails_for_one_is_tried_again_later_and_stops_nobody_else(world, liar, events, fault, error):
    others(world, "anna", "ben", "cleo")
    liar.faults["ben@example.com"] = fault
    assert delivery.deliver().sent == 2
    assert states() == {"anna": "sent", "ben": "waiting", "cleo": "sent"}
    row = OutboxMail.objects.get(state="waiting")
    assert (row.last_error, row.attempts, row.next_attempt_at) == (error, 1, world.clock() + timedelta(minutes=1))
    (line,) = events("customer_mail_failed", "WARNING")
    assert line["reason"] == error
    assert "ben@" not in f"{line} {row.last_error}"
    liar.faults.clear()
    world.clock.tick(minutes=1)
    assert delivery.deliver().sent == 1
    assert sorted(liar.receivers) == ["anna@example.com", "ben@example.com", "cleo@example.com"]


def test_what_the_server_says_after_it_took_the_mail_sends_it_no_second_time(world, liar):
    others(world, "anna")
    liar.faults["anna@example.com"] = Liar.TAKEN_AND_RUDE
    assert delivery.deliver().sent == 1
    world.clock.tick(hours=5)
    assert delivery.deliver().sent == 0
    assert liar.receivers == ["anna@example.com"]


def test_an_answer_that_is_lost_after_the_server_took_the_mail_is_a_second_one_with_the_same_id(world, liar):
    """Nobody can know: RFC 5321 asks to send it again."""
    others(world, "anna")
    liar.faults["anna@example.com"] = Liar.TAKEN_AND_DROPPED
    assert delivery.deliver().sent == 0
    liar.faults.clear()
    world.clock.tick(minutes=1)
    assert delivery.deliver().sent == 1
    first, second = liar.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_each_wait_is_twice_the_one_before_up_to_four_hours_and_the_last_attempt_gives_up(world, liar, events):
    (done,) = others(world, "anna")
    liar.faults["anna@example.com"] = Liar.REFUSED
    waits = []
    while only().state == "waiting":
        delivery.deliver()
        if only().next_attempt_at:
            waits.append((only().next_attempt_at - world.clock()) // timedelta(minutes=1))
            world.clock.at = only().next_attempt_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]
    assert sum(waits) < 16.5 * 60
    assert (only().state, only().attempts, len(liar.tried)) == ("given_up", 12, 12)
    (line,) = events("customer_mail_given_up", "ERROR")
    assert (line["reference"], line["reason"]) == (done.reference, "SMTPRecipientsRefused 550")
    world.clock.tick(days=1)
    delivery.deliver()
    assert len(liar.tried) == 12


@pytest.mark.parametrize("kind", ["down", "slow", "dripping"])
def test_a_server_that_does_not_answer_is_left_alone_after_three_mails(world, settings, monkeypatch, kind):
    """And all mails go once it is back."""
    others(world, *"abcde")
    settings.EMAIL_BACKEND = "wallet.mail_server.MailServer"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.2
    with silent_server() as slow, dripping_server() as dripping, monkeypatch.context() as patch:
        patch.setattr("wallet.mail_server.LONGEST", 0.3)
        settings.EMAIL_PORT = {"down": free_port(), "slow": slow, "dripping": dripping}[kind]
        assert delivery.deliver() == delivery.Delivered(0, goes_on=False)
    assert sorted(OutboxMail.objects.values_list("attempts", flat=True)) == [0, 0, 1, 1, 1]
    with mail_server() as (port, postbox):
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = port, 5
        world.clock.tick(minutes=1)
        assert delivery.deliver().sent == 5
    assert len(set(postbox.receivers)) == 5


def test_mails_that_are_refused_do_not_count_as_a_server_that_is_away(world, liar):
    others(world, *"abcdef")
    liar.faults = {f"{name}@example.com": Liar.REFUSED for name in "abcde"}
    assert delivery.deliver().sent == 1
    assert states()["f"] == "sent"


def test_a_mail_that_cannot_be_written_stops_nobody_else(world, mailoutbox, monkeypatch):
    first, _ = others(world, "anna", "ben")
    write = receipts.receipt

    def faulty(conversion, *args):
        return 1 / 0 if conversion.pk == first.pk else write(conversion, *args)

    monkeypatch.setattr(receipts, "receipt", faulty)
    assert delivery.deliver().sent == 1
    assert OutboxMail.objects.get(conversion=first).last_error == "ZeroDivisionError"
    assert [mail.to for mail in mailoutbox] == [["ben@example.com"]]
