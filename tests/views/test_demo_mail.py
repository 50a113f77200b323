"""The page with the mails of a demonstration."""

import pytest

from tests.support.html import read
from wallet import demo_mail

URL = "/demo/mail/"
RESET = "/accounts/password/reset/"


@pytest.fixture
def demonstration(settings, tmp_path):
    """A site without a mail server, as `make run` starts it."""
    settings.EMAIL_BACKEND = "wallet.demo_mail.Mailbox"
    settings.DEMO_MAIL = tmp_path / "mails"
    return settings.DEMO_MAIL


def test_a_mail_stands_on_it_with_links_that_can_be_followed(client, world, demonstration, text):
    assert "Nothing was sent yet." in text(client.get(URL))
    sent = client.post(RESET, {"email": "mira@example.com"}, follow=True)
    assert URL in [link["href"] for link in read(sent).select("main a")]
    page = client.get(URL)
    assert read(page).find("article h2").text == "Choose a new password"
    assert "mira@example.com" in text(page)
    (link,) = [one["href"] for one in read(page).select("article a") if "/key/" in one["href"]]
    assert "Choose a new password" in text(client.get(link.removeprefix("http://testserver"), follow=True))


def test_the_newest_stand_first_and_old_ones_go(client, world, demonstration, monkeypatch):
    monkeypatch.setattr(demo_mail, "KEPT", 2)
    for address in ("one@example.com", "two@example.com", "three@example.com"):
        client.post(RESET, {"email": address})
    assert [mail.to for mail in demo_mail.mails()] == ["three@example.com", "two@example.com"]
    assert len(list(demonstration.iterdir())) == 2


def test_what_a_mail_repeats_is_never_markup(client, db, demonstration):
    """The browser's own name for itself stands in mails about changes."""
    demonstration.mkdir()
    (demonstration / "1-1.eml").write_text("To: a@example.com\nSubject: <b>x</b>\n\n<script>alert(1)</script>")
    page = client.get(URL)
    assert b"<script>alert" not in page.content
    assert b"<b>x</b>" not in page.content


def test_where_mails_are_sent_there_is_no_such_page(client, db, settings):
    settings.DEMO_MAIL = None
    assert client.get(URL).status_code == 404


def test_it_only_shows(client, db, demonstration):
    assert client.post(URL).status_code == 405


def test_a_folder_that_cannot_be_written_is_a_mail_that_could_not_be_sent(client, world, settings, tmp_path, text):
    (tmp_path / "file").write_text("")
    settings.EMAIL_BACKEND, settings.DEMO_MAIL = "wallet.demo_mail.Mailbox", tmp_path / "file" / "mails"
    assert "We couldn’t send the mail" in text(client.post(RESET, {"email": "mira@example.com"}, follow=True))
