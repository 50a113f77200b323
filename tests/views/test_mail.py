"""Mails through a real mail server, and pages whose mail server is down, slow or refuses (S9)."""

import pytest
from django.test import Client

from tests.support import factories
from tests.support.mail_server import dripping_server, mail_server, silent_server
from tests.support.servers import free_port
from wallet.models import Customer

RESET = "/accounts/password/reset/"
PASSWORD = "correct horse battery"
UNSENT = "We couldn’t send the mail"


@pytest.fixture
def sends(settings):
    """Lets the site send to the mail server at this port."""

    def through(port):
        settings.EMAIL_BACKEND = "wallet.mail_server.MailServer"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 0.5

    settings.SITE_NAME, settings.SITE_URL = "Dust Exchange", "https://dust.example.com"
    settings.DEFAULT_FROM_EMAIL = "Dust Exchange <noreply@dust.example.com>"
    return through


@pytest.fixture(params=["down", "slow", "dripping", "refusing"])
def failing(request, sends, monkeypatch):
    """The site's mail server fails in one of these ways."""
    if request.param == "refusing":
        with mail_server("550 no such user mira@example.com") as (port, _):
            sends(port)
            yield
    elif request.param == "slow":
        with silent_server() as port:
            sends(port)
            yield
    elif request.param == "dripping":
        monkeypatch.setattr("wallet.mail_server.LONGEST", 0.3)
        with dripping_server() as port:
            sends(port)
            yield
    else:
        sends(free_port())
        yield


def test_s9_a_mail_arrives_with_the_sites_name_and_address_as_text_and_as_html(client, world, sends):
    """S9: whatever the request says of the host, links lead to the site's own."""
    with mail_server() as (port, postbox):
        sends(port)
        client.post(RESET, {"email": "mira@example.com"}, headers={"Host": "127.0.0.1:8110"})
    (mail,) = postbox.mails
    assert postbox.receivers == ["mira@example.com"]
    assert (mail["From"], mail["Subject"]) == (
        "Dust Exchange <noreply@dust.example.com>",
        "Choose a new password",
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        said = mail.get_body((kind,)).get_content()
        assert "https://dust.example.com/accounts/password/reset/key/" in said
        assert "Dust Exchange" in said
        assert "127.0.0.1" not in said
        assert "example.com/accounts" in said


def test_s9_a_mail_is_in_the_customers_language_in_both_parts(client, world, sends):
    Customer.objects.set_display(world.user, language="de")
    with mail_server() as (port, postbox):
        sends(port)
        client.post(RESET, {"email": "mira@example.com"})
    (mail,) = postbox.mails
    assert mail["Subject"] == "Neues Passwort wählen"
    assert "Öffnen Sie diesen Link" in mail.get_body(("plain",)).get_content()
    assert '<html lang="de">' in mail.get_body(("html",)).get_content()


def test_s9_a_reset_whose_mail_cannot_be_sent_is_a_sentence_and_a_line_in_the_log(client, world, failing, text, events):
    page = client.post(RESET, {"email": "mira@example.com"}, follow=True)
    assert page.status_code == 200
    assert UNSENT in text(page)
    assert "A mail is on its way" not in text(page)
    (line,) = events("mail_not_sent", "ERROR")
    assert (line["letter"].rpartition("/")[2], line["account_id"]) == ("password_reset_key", world.user.pk)
    assert "mira@example.com" not in f"{line}"


def test_s9_a_mail_server_that_fails_does_not_say_who_has_an_account(client, world, failing, text):
    known = text(client.post(RESET, {"email": "mira@example.com"}, follow=True))
    assert text(Client().post(RESET, {"email": "nobody@example.com"}, follow=True)) == known


def test_s9_it_is_sent_again_as_soon_as_the_server_is_back(client, world, sends, text):
    sends(free_port())
    assert UNSENT in text(client.post(RESET, {"email": "mira@example.com"}, follow=True))
    with mail_server() as (port, postbox):
        sends(port)
        assert "A mail is on its way" in text(client.post(RESET, {"email": "mira@example.com"}, follow=True))
    assert len(postbox.mails) == 1


def test_s9_a_password_changes_whether_or_not_the_mail_about_it_can_be_sent(signed_in, world, failing, text):
    fields = {"oldpassword": PASSWORD, "password1": "seven wild geese fly"}
    page = signed_in.post("/accounts/password/change/", fields, follow=True)
    assert "Your password is changed." in text(page)
    assert "we couldn’t send you the mail about it" in text(page)
    assert factories.User.objects.get(pk=world.user.pk).check_password("seven wild geese fly")


def test_s9_an_address_waits_until_the_mail_can_be_sent(signed_in, world, sends, text):
    sends(free_port())
    signed_in.post("/accounts/email/", {"action_add": "1", "email": "new@example.com"})
    page = signed_in.post("/accounts/reauthenticate/?next=/accounts/email/", {"password": PASSWORD}, follow=True)
    assert "new@example.com waits to be confirmed, but we couldn’t send the mail to it." in text(page)
    with mail_server() as (port, postbox):
        sends(port)
        page = signed_in.post("/accounts/email/", {"action_send": "", "email": "new@example.com"}, follow=True)
    assert postbox.receivers == ["new@example.com"]
    assert "new@example.com takes effect once you open the link" in text(page)


def test_s9_who_signed_up_while_no_mail_could_be_sent_gets_it_when_signing_in(client, db, settings, sends, text):
    settings.SIGN_UP = True
    sends(free_port())
    fields = {"username": "selma", "email": "selma@example.com", "password1": "seven wild geese fly"}
    page = client.post("/accounts/signup/", fields, follow=True)
    assert UNSENT in text(page)
    assert "Your account is there." in text(page)
    with mail_server() as (port, postbox):
        sends(port)
        client.post("/accounts/login/", {"login": "selma", "password": "seven wild geese fly"})
    assert [mail["Subject"] for mail in postbox.mails] == ["Confirm your email address"]


def test_s9_a_mail_about_a_change_that_fails_says_nothing_of_the_one_with_the_link(signed_in, world, sends, text):
    with mail_server() as (port, _):
        sends(port)
        signed_in.post("/accounts/email/", {"action_add": "1", "email": "new@example.com"})
        signed_in.post("/accounts/reauthenticate/?next=/accounts/email/", {"password": PASSWORD})
    sends(free_port())
    signed_in.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "seven wild geese fly"})
    assert "new@example.com takes effect once you open the link" in text(signed_in.get("/accounts/email/"))
