"""Mails of the outbox: sent once, after the commit, whatever the mail server does; and not where they no longer hold."""

from datetime import timedelta
from email.utils import parseaddr

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import User
from django.core.mail.backends import locmem
from django.db import OperationalError

from tests.support import factories
from tests.support.outbox import noticed, only, others
from tests.support.together import together
from wallet import conversions, delivery, tasks
from wallet.models import Customer, Opening, OutboxMail


@pytest.fixture(autouse=True)
def site(settings):
    settings.LINKS_URL, settings.SITE_NAME = "https://dust.example.com", "Dust Exchange"
    settings.DEFAULT_FROM_EMAIL = "Dust Exchange <noreply@dust.example.com>"


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_receipt_is_sent_once_to_its_customer_and_marked(world, mailoutbox, events):
    done = world.settled("DOGE")
    assert delivery.deliver() == delivery.Delivered(1, goes_on=False)
    assert delivery.deliver() == delivery.Delivered(0, goes_on=False)
    (sent,) = mailoutbox
    assert sent.to == ["mira@example.com"]
    row = only()
    assert (row.state, row.attempts, row.next_attempt_at, row.ended_at) == ("sent", 1, None, world.clock())
    (line,) = events("customer_mail_sent")
    assert (line["reference"], line["kind"], line["attempts"]) == (done.reference, "receipt", 1)
    assert "mira" not in f"{line}"


def test_nothing_is_sent_before_it_is_due(world, mailoutbox):
    Customer.objects.set_mails(world.user, wants_receipts=False, wants_notices=True)
    world.settled("DOGE")
    world.clock.tick(hours=6, milliseconds=-1)
    world.observe()
    delivery.deliver()
    assert (mailoutbox, only().attempts) == ([], 0)
    world.clock.tick(milliseconds=1)
    delivery.deliver()
    assert [sent.subject for sent in mailoutbox] == ["You can convert again"]


@pytest.mark.django_db(transaction=True)
def test_workers_that_send_at_the_same_moment_send_each_mail_once(transactional_db, clock, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.DEMO_MAIL = "wallet.demo_mail.Mailbox", tmp_path
    world = factories.World(clock)
    others(world, *[f"c{number}" for number in range(8)])
    found = together(*[delivery.deliver] * 4)
    assert sum(one.sent for one in found) == 8
    assert len(list(tmp_path.glob("*.eml"))) == 8
    assert set(OutboxMail.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_who_claims_second_gets_nothing(world, monkeypatch):
    """Both have read the row; one conditional update decides."""
    world.settled("DOGE")
    write = delivery._write  # noqa: SLF001  # whoever comes in between does so here

    def overtaken(mail, **fields):
        monkeypatch.setattr(delivery, "_write", write)
        assert delivery.claim() is not None
        return write(mail, **fields)

    monkeypatch.setattr(delivery, "_write", overtaken)
    assert delivery.claim() is None
    assert only().attempts == 1


def test_a_claim_keeps_others_away_until_it_lapses_and_then_the_mail_goes_with_the_same_id(world, mailoutbox):
    """The process died after the server had the mail, before the mark: the one case in which a second one goes."""
    world.settled("DOGE")

    def die(*args, **options):
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "_end", die)
        with pytest.raises(SystemExit):
            delivery.deliver()
    world.clock.tick(seconds=119)
    assert delivery.deliver().sent == 0
    world.clock.tick(seconds=1)
    assert delivery.deliver().sent == 1
    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert (only().state, only().attempts) == ("sent", 2)


@pytest.mark.parametrize("step", ["_written", "get_connection"])
def test_a_process_that_dies_before_the_server_has_it_sends_one_mail_in_the_end(world, mailoutbox, step):
    world.settled("DOGE")

    def die(*args, **options):
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, step, die)
        with pytest.raises(SystemExit):
            delivery.deliver()
    assert mailoutbox == []
    world.clock.tick(minutes=2)
    delivery.deliver()
    assert len(mailoutbox) == 1


def test_a_mail_at_which_its_process_dies_each_time_is_given_up(world, mailoutbox, events):
    world.settled("DOGE")

    def die(*args, **options):
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "_written", die)
        for _ in range(delivery.MAX_ATTEMPTS):
            with pytest.raises(SystemExit):
                delivery.deliver()
            world.clock.tick(minutes=2)
    delivery.deliver()
    assert (only().state, only().last_error, mailoutbox) == ("given_up", "the process died", [])
    assert len(events("customer_mail_given_up", "ERROR")) == 1


def test_a_database_that_fails_at_the_mark_lets_it_go_twice_and_no_oftener(world, mailoutbox, monkeypatch):
    world.settled("DOGE")
    end = delivery._end  # noqa: SLF001  # where the fault is put

    def lost(*args, **options):
        monkeypatch.setattr(delivery, "_end", end)
        raise OperationalError

    monkeypatch.setattr(delivery, "_end", lost)
    with pytest.raises(OperationalError):
        delivery.deliver()
    for _ in range(3):
        world.clock.tick(minutes=2)
        delivery.deliver()
    assert len(mailoutbox) == 2


def test_a_run_ends_after_its_time_and_the_next_message_goes_on(world, mailoutbox, monkeypatch):
    others(world, "anna", "ben", "cleo")
    send = locmem.EmailBackend.send_messages
    monkeypatch.setattr(
        locmem.EmailBackend,
        "send_messages",
        lambda backend, found: (world.clock.tick(seconds=11), send(backend, found))[1],
    )
    sent = []
    monkeypatch.setattr(tasks.send_mails, "apply_async", lambda **options: sent.append(options))
    tasks.send_mails()
    assert (len(mailoutbox), sent) == (2, [{"expires": tasks.EXPIRES}])
    tasks.send_mails()
    assert (len(mailoutbox), len(sent)) == (3, 1)


# --- what no longer holds ---------------------------------------------------------------------------------------------


def dropped(reason, events):
    (line,) = events("customer_mail_dropped")
    row = only()
    return (row.state, row.reason, row.next_attempt_at) == ("dropped", reason, None) and line["reason"] == reason


@pytest.mark.parametrize("reason", ["choice", "account", "address"])
def test_a_receipt_that_nobody_should_get_any_more_is_not_sent(world, mailoutbox, events, reason):
    world.settled("DOGE")
    if reason == "choice":
        Customer.objects.set_mails(world.user, wants_receipts=False)
    elif reason == "account":
        User.objects.update(is_active=False)
    else:
        User.objects.update(email="")
    delivery.deliver()
    assert mailoutbox == []
    assert dropped("choice" if reason == "choice" else "account", events)


def test_it_goes_to_the_address_that_is_confirmed_when_it_is_sent(world, mailoutbox):
    world.settled("DOGE")
    User.objects.update(email="new@example.org")
    delivery.deliver()
    assert mailoutbox[0].to == ["new@example.org"]


def test_a_notice_says_how_many_balances_can_be_converted(world, mailoutbox):
    noticed(world)
    delivery.deliver()
    assert "you have 2 small balances that can be converted" in mailoutbox[0].body


def test_a_notice_is_not_sent_while_conversions_are_closed(world, mailoutbox, events):
    noticed(world)
    Opening.objects.create(is_open=False, notice="Upkeep.", reason="A disk.")
    delivery.deliver()
    assert (mailoutbox, dropped("closed", events)) == ([], True)


def test_a_notice_is_not_sent_to_who_has_nothing_to_convert(world, mailoutbox, events):
    noticed(world)
    world.observe(ETH=None, EUR=None)
    delivery.deliver()
    assert (mailoutbox, dropped("nothing", events)) == ([], True)


def test_a_notice_is_not_sent_while_a_conversion_runs(world, mailoutbox, events):
    noticed(world)
    world.confirmed("ETH")
    delivery.deliver()
    assert (mailoutbox, dropped("running", events)) == ([], True)


def test_a_new_conversion_replaces_the_notice_of_the_one_before(world, mailoutbox):
    first = noticed(world)
    second = world.settled("ETH")
    delivery.deliver()
    assert OutboxMail.objects.get(conversion=first).reason == "replaced"
    assert OutboxMail.objects.get(conversion=second).state == "waiting"
    world.clock.tick(hours=6)
    world.observe()
    delivery.deliver()
    assert len(mailoutbox) == 1


def test_a_wait_that_has_become_longer_puts_the_notice_off(world, mailoutbox):
    """It is judged by the newest policy; the attempt does not count, and nobody is alarmed."""
    done = noticed(world)
    factories.policy(interval_seconds=8 * 3600)
    delivery.deliver()
    row = only()
    later = done.finished_at + timedelta(hours=8)
    assert (mailoutbox, row.state, row.attempts) == ([], "waiting", 0)
    assert row.due_at == row.next_attempt_at == later
    world.clock.at = later
    world.observe()
    delivery.deliver()
    assert len(mailoutbox) == 1


# --- what it says -----------------------------------------------------------------------------------------------------


def test_a_mail_has_an_id_and_headers_that_stop_it_and_nothing_of_the_sites_secrets(world, mailoutbox, client):
    done = world.settled("DOGE")
    delivery.deliver()
    headers = mailoutbox[0].message()
    assert headers["Message-ID"] == f"<receipt.{done.reference.lower()}@dust.example.com>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<https://dust.example.com/mails/stop/receipt.")
    assert headers["List-Unsubscribe"].endswith("/one-click/>")
    assert parseaddr(headers["From"])[1] == "noreply@dust.example.com"
    whole = headers.as_string()
    assert site_settings.SECRET_KEY not in whole
    for secret in (world.user.password, "sessionid", "<img", "http://"):
        assert secret not in whole


def test_it_is_in_the_customers_language_and_time_zone_whoever_else_is_written_to(world, mailoutbox):
    Customer.objects.set_display(world.user, language="de", time_zone="Asia/Kathmandu")
    world.settled("DOGE")
    others(world, "anna")
    delivery.deliver()
    mira, anna = mailoutbox
    assert mira.subject == "Sie haben 0,01960000 BNB erhalten" or "BNB" in mira.subject
    assert "20:17:09" in mira.body
    assert "Referenz" in mira.body
    assert '<html lang="de">' in mira.alternatives[0][0]
    assert "Reference" in anna.body
    assert "14:32:" in anna.body


def test_who_chose_no_language_gets_it_in_that_of_the_browser_that_asked(world, client, mailoutbox):
    client.force_login(world.user)
    answer = client.post("/wallet/dust/", {"asset": "DOGE"}, headers={"Accept-Language": "de-AT, en;q=0.5"})
    reference = answer["Location"].strip("/").rpartition("/")[2]
    world.settle(conversions.confirm(user=world.user, reference=reference))
    client.get("/wallet/", headers={"Accept-Language": "en"})
    delivery.deliver()
    assert "Referenz" in mailoutbox[0].body
    Customer.objects.set_display(world.user, language="en")
    client.post("/wallet/dust/", {"asset": "ETH"}, headers={"Accept-Language": "de"})
    assert Customer.objects.get(pk=world.user.pk).mail_language == "en"


def test_line_breaks_in_what_the_operator_sets_add_no_header(world, settings, mailoutbox):
    """Django refuses them: the mail is not sent, and nothing else comes of it."""
    world.settled("DOGE")
    settings.LINKS_URL = "https://dust.example.com\r\nBcc: eve@example.com"
    delivery.deliver()
    assert mailoutbox == []
    assert only().last_error == "BadHeaderError"


def test_a_site_name_with_markup_and_line_breaks_is_text(world, settings, mailoutbox):
    settings.SITE_NAME = "<b>Dust</b>\r\nBcc: eve@example.com"
    world.settled("DOGE")
    delivery.deliver()
    (sent,) = mailoutbox
    assert sent.recipients() == ["mira@example.com"]
    assert "Bcc" not in sent.message()
    assert "<b>Dust" not in sent.alternatives[0][0]
    assert "&lt;b&gt;Dust" in sent.alternatives[0][0]
