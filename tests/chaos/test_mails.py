"""A mail's process is killed before each statement: one mail goes in the end; two, only where the server had it already."""

import os
import signal
from email import message_from_bytes

import pytest
from django.db import connection

from tests.support import factories
from wallet import delivery
from wallet.models import OutboxMail

pytestmark = pytest.mark.django_db(transaction=True)

KILLED, DONE, FAILED = -signal.SIGKILL, 0, 1


def deliver_and_die(at):
    """In a process of its own, which dies before that statement, or is done where there are fewer."""
    seen = iter(range(1, 10_000))

    def look(execute, *args):
        if next(seen) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*args)

    connection.close()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    try:
        connection.ensure_connection()
        with connection.execute_wrapper(look):
            delivery.deliver()
        os._exit(DONE)
    finally:
        os._exit(FAILED)


def test_killed_before_each_statement_one_mail_goes_in_the_end_or_the_same_one_twice(
    transactional_db, clock, settings, tmp_path, figure
):
    """The moment between the server's taking it and the mark is the one in which a second one goes, with the same id."""
    settings.EMAIL_BACKEND = "wallet.demo_mail.Mailbox"
    world = factories.World(clock)
    ended, number, doubles = KILLED, 0, []
    while ended == KILLED:
        number += 1
        settings.DEMO_MAIL = tmp_path / f"{number}"
        done = world.settled("DOGE", owner=factories.user(f"c{number}", {"DOGE": "100"}))
        ended = deliver_and_die(number)
        row = OutboxMail.objects.get(conversion=done)
        had_it = len(list(settings.DEMO_MAIL.glob("*.eml")))
        assert had_it <= 1
        world.clock.tick(minutes=2)
        world.observe()
        delivery.deliver()
        mails = [message_from_bytes(path.read_bytes()) for path in settings.DEMO_MAIL.glob("*.eml")]
        assert {mail["Message-ID"] for mail in mails} == {f"<receipt.{done.reference.lower()}@dustsite.invalid>"}
        if len(mails) == 2:
            doubles.append(number)
        assert len(mails) == 1 + (had_it and row.state == "waiting")
        row.refresh_from_db()
        assert row.state == "sent"
        assert row.attempts <= 2
    assert ended == DONE
    assert number > 10
    assert len(doubles) <= 2  # before the mark, and before what it asks the clock
    figure(
        f"killed before each of {number - 1} statements: one mail each, two where the server had it already: {doubles}"
    )
