"""P20: operators read which mails went to customers, wait or were given up; nobody changes one."""

import pytest

from tests.support import factories
from tests.support.html import read
from wallet import alerts
from wallet.models import OutboxMail
from wallet.watch import standing

LIST = "/admin/wallet/outboxmail/"


@pytest.fixture
def support(client, world):
    factories.roles()
    client.force_login(factories.staff("support"))
    return client


@pytest.fixture
def given_up(world):
    """The receipt of mira's conversion, given up; anna's waits."""
    done = world.settled("DOGE")
    world.settled("DOGE", owner=factories.user("anna", {"DOGE": "100"}))
    OutboxMail.objects.filter(conversion=done).update(
        state="given_up",
        attempts=12,
        last_error="SMTPRecipientsRefused 550",
        next_attempt_at=None,
        ended_at=world.clock(),
    )
    return done


def listed(client, **asked):
    page = client.get(LIST, asked)
    assert page.status_code == 200
    return [row.text for row in read(page).select("#result_list tbody tr")]


def test_the_list_has_state_attempts_and_the_last_error(support, given_up):
    anna, mira = listed(support)
    for words in (given_up.reference, "mira", "Receipt", "Given up", "12", "SMTPRecipientsRefused 550"):
        assert words in mira
    assert "Waiting" in anna
    assert "mira@" not in mira


def test_it_is_found_by_reference_customer_and_state(support, given_up):
    for asked in ({"q": given_up.reference}, {"q": "mira"}, {"q": "mira@example.com"}, {"state__exact": "given_up"}):
        (row,) = listed(support, **asked)
        assert given_up.reference in row
    assert listed(support, q="nobody") == []


def test_each_alert_leads_to_the_rows_that_it_counts(support, given_up, world):
    world.clock.tick(minutes=16)
    now = standing(world.clock())
    found = {condition.name: condition for condition in alerts.conditions()}
    (row,) = listed(support, **found["mail_given_up"].filters(now))
    assert "mira" in row
    (row,) = listed(support, **found["mail_waits"].filters(now))
    assert "anna" in row


def test_there_are_as_many_queries_for_many_as_for_one(support, given_up, world, queries):
    few = len(queries(support.get, LIST))
    for number in range(5):
        world.settled("DOGE", owner=factories.user(f"c{number}", {"DOGE": "100"}))
    assert len(queries(support.get, LIST)) == few


def test_p20_nobody_adds_changes_or_deletes_one(client, given_up):
    """P20: not even a superuser."""
    client.force_login(factories.operator())
    mail = OutboxMail.objects.get(conversion=given_up)
    page = client.get(f"{LIST}{mail.pk}/change/")
    assert page.status_code == 200
    assert not read(page).select("#outboxmail_form input[type=text]")
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{mail.pk}/change/", {"state": "waiting"}).status_code == 403
    assert client.post(f"{LIST}{mail.pk}/delete/", {"post": "yes"}).status_code == 403
