"""Stopping mails of one kind by the link in one, without signing in: that kind of that customer, and nothing else."""

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse

from tests.support import factories
from tests.support.html import read
from wallet import delivery, limits, subscriptions
from wallet.models import Customer, OutboxMail
from wallet.subscriptions import LONGEST, Subscription

Kind = OutboxMail.Kind
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def word(world):
    """That of mira's receipts, who gets notices too."""
    Customer.objects.set_mails(world.user, wants_receipts=True, wants_notices=True)
    return Subscription(world.user.pk, Kind.RECEIPT).word


def page(word):
    return reverse("unsubscribe", args=[word])


def one_click(word):
    return reverse("one_click", args=[word])


def choices(user):
    return Customer.objects.filter(user=user).values_list("wants_receipts", "wants_notices").get()


def test_the_link_asks_and_its_button_stops_this_kind_alone(world, word):
    client = Client(enforce_csrf_checks=True)
    asked = client.get(page(word))
    assert (asked.status_code, choices(world.user)) == (200, (True, True))
    words = read(asked).text
    assert "Stop these mails?" in words
    assert "Receipts of conversions" in words
    token = read(asked).find("main [name=csrfmiddlewaretoken]")["value"]
    answer = client.post(page(word), {"csrfmiddlewaretoken": token}, follow=True)
    assert choices(world.user) == (False, True)
    words = read(answer).text
    assert "These mails are stopped" in words
    assert not read(answer).select("main form")


def test_a_browser_that_keeps_no_cookies_is_told_so(world, word):
    answer = Client(enforce_csrf_checks=True).post(page(word))
    assert answer.status_code == 403
    assert "Your browser sent no cookie. Allow cookies for this site, and try again. Nothing was" in read(answer).text
    assert choices(world.user) == (True, True)


def test_the_link_of_a_notice_stops_notices_alone(client, world, word):
    client.post(page(Subscription(world.user.pk, Kind.AGAIN).word))
    assert choices(world.user) == (True, False)


def test_p13_nobody_elses_mails_are_stopped_whoever_is_signed_in(world, word):
    """P13: the word says whose they are, not the session."""
    other = factories.user("other")
    Customer.objects.ensure(other)
    client = Client()
    client.force_login(other)
    client.post(page(word))
    client.post(one_click(word), ONE_CLICK)
    assert choices(other) == (True, False)
    assert choices(world.user) == (False, True)


def test_p16_opening_either_address_changes_nothing(client, world, word, queries):
    """P16: a mail program, or whoever checks links, may open what it finds."""
    sent = queries(client.get, page(word)) + queries(client.get, one_click(word)) + queries(client.head, page(word))
    assert [sql for sql in sent if not sql.startswith("SELECT")] == []
    assert choices(world.user) == (True, True)
    assert client.get(one_click(word)).headers["Location"] == page(word)


def test_p16_the_page_needs_its_token(world, word):
    """P16: only the mail program's own address does without."""
    client = Client(enforce_csrf_checks=True)
    assert client.post(page(word)).status_code == 403
    assert choices(world.user) == (True, True)


def test_a_mail_programs_button_stops_this_kind_without_token_cookie_or_page(world, word):
    """RFC 8058: as the header of a mail says."""
    world.settled("DOGE")
    client = Client(enforce_csrf_checks=True)
    answer = client.post(one_click(word), ONE_CLICK)
    assert (answer.status_code, answer.content, answer.cookies) == (204, b"", {})
    assert choices(world.user) == (False, True)
    assert client.post(one_click(word), ONE_CLICK).status_code == 204


def test_a_form_of_many_parts_counts_too(world, word):
    """RFC 8058 allows multipart/form-data."""
    boundary = "x"
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--{boundary}--\r\n'
    Client().generic("POST", one_click(word), body, content_type=f"multipart/form-data; boundary={boundary}")
    assert choices(world.user) == (False, True)


@pytest.mark.parametrize("fields", [{}, {"List-Unsubscribe": "x"}, {"other": "One-Click"}])
def test_what_is_no_one_click_stops_nothing(client, world, word, fields):
    assert client.post(one_click(word), fields).status_code == 400
    assert choices(world.user) == (True, True)


def forged(word):
    """Words that this site has not signed: cut, changed, with another salt, of another kind or customer, and nonsense."""
    said, _, signature = word.rpartition(".")
    kind, _, customer = said.partition(".")
    yield from (word[:-1], word[:-1] + ("A" if word[-1] != "A" else "B"), signature, said, "x", "x" * 5000)
    yield f"again.{customer}.{signature}"
    yield f"{kind}.{int(customer) + 1}.{signature}"
    yield Signer(sep=".").sign(said)
    yield Signer(key="another", salt="wallet.subscriptions", sep=".").sign(said)
    for strange in (f"advert.{customer}", "receipt.", "receipt.x", "receipt.-1", "receipt.99999999999999999999", ""):
        yield Signer(salt="wallet.subscriptions", sep=".").sign(strange)
    yield Subscription(int(customer) + 1000, Kind.RECEIPT).word  # of a customer who is gone


def test_a_forged_word_is_a_clear_page_and_changes_nothing(client, world, word):
    for wrong in forged(word):
        for answer in (client.get(page(wrong)), client.post(page(wrong))):
            assert answer.status_code == 404, wrong
            words = read(answer).text
            assert "This link doesn’t work" in words
            assert "Nothing was changed." in words
        assert client.post(one_click(wrong), ONE_CLICK).status_code == 404
    assert choices(world.user) == (True, True)
    assert len("x" * 5000) > LONGEST > len(word)


def test_it_names_nobody(client, world, word):
    """Whoever finds a mail learns no address and no name by its link."""
    for answer in (client.get(page(word)), client.post(page(word), follow=True)):
        assert "mira" not in answer.content.decode()


def test_it_stops_what_waits_already(client, world, word, mailoutbox):
    world.settled("DOGE")
    client.post(page(word))
    delivery.deliver()
    assert mailoutbox == []


def test_the_link_and_the_header_of_a_mail_are_these(client, world, mailoutbox, settings):
    settings.LINKS_URL = "http://testserver"
    world.settled("DOGE")
    delivery.deliver()
    (mail,) = mailoutbox
    header = mail.message()["List-Unsubscribe"].strip("<>")
    (link,) = [line for line in mail.body.splitlines() if "/mails/stop/" in line]
    assert client.get(link).status_code == 200
    assert client.post(header, ONE_CLICK).status_code == 204
    assert choices(world.user)[0] is False


def test_p22_they_are_limited_apart_from_all_forms(world, word, monkeypatch):
    """P22: what another site makes a browser POST uses up nobody's forms."""
    monkeypatch.setitem(limits.BY_ADDRESS, "one_click", limits.Limit("one-click stops", 2, 60))
    client = Client()
    client.force_login(world.user)
    answers = [client.post(one_click(word), ONE_CLICK).status_code for _ in range(3)]
    assert answers == [204, 204, 429]
    assert client.post("/settings/mails/", {"wants_receipts": "on"}).status_code == 303


def test_p17_it_is_logged_once_without_the_word(client, world, word, events):
    """P17: whose and which; whoever reads the log can stop nothing by it."""
    for _ in range(2):
        client.post(one_click(word), ONE_CLICK)
    (line,) = events("mails_stopped")
    assert (line["account_id"], line["kind"]) == (world.user.pk, "receipt")
    assert word not in f"{events('request_finished')}"
    assert events("request_finished")


def test_a_german_reader_reads_german(world, word):
    answer = Client(headers={"Accept-Language": "de"}).get(page(word))
    assert "Diese E-Mails abbestellen?" in read(answer).text


def test_a_word_lasts_as_long_as_the_sites_key_and_fallbacks_count(world, word, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]
    assert subscriptions.read(word) == Subscription(world.user.pk, Kind.RECEIPT)
    settings.SECRET_KEY_FALLBACKS = []
    assert subscriptions.read(word) is None
