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


def as_html(page):
    return [link["href"] for link in read(page).select("article a") if link.text == "As HTML"]


def test_the_part_with_markup_is_shown_by_itself(client, world, demonstration, text):
    client.post(RESET, {"email": "mira@example.com"})
    (way,) = as_html(client.get(URL))
    shown = client.get(way)
    assert read(shown).find("h1").text == "Choose a new password"
    (link,) = [one["href"] for one in read(shown).select("a") if "/key/" in one["href"]]
    assert "Choose a new password" in text(client.get(link.removeprefix("http://testserver"), follow=True))


def test_p16_whatever_a_mail_holds_nothing_of_it_runs(client, db, demonstration):
    """P16: a sandbox without a single permission, in which nothing is loaded and which nothing frames."""
    demonstration.mkdir()
    mail = "To: a@example.com\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n<script>alert(1)</script>"
    (demonstration / "1-1.eml").write_text(mail)
    page = client.get(URL)
    assert b"<script>alert" not in page.content
    shown = client.get(*as_html(page))
    policy = dict(rule.strip().partition(" ")[::2] for rule in shown.headers["Content-Security-Policy"].split(";"))
    assert (policy["sandbox"], policy["default-src"], policy["form-action"]) == ("", "'none'", "'none'")
    assert (policy["frame-ancestors"], shown.headers["X-Frame-Options"]) == ("'none'", "DENY")
    assert (shown.headers["X-Content-Type-Options"], "no-store" in shown.headers["Cache-Control"]) == ("nosniff", True)


@pytest.mark.parametrize("name", ["9-9", "1-1", "..", "%2e%2e%2f1-1", "1-1.eml"])
def test_what_is_no_mail_with_markup_is_not_there(client, db, demonstration, name):
    demonstration.mkdir()
    (demonstration / "1-1.eml").write_text("To: a@example.com\nSubject: x\n\nplain")
    assert client.get(f"{URL}{name}/").status_code == 404


def test_where_mails_are_sent_there_is_no_such_page(client, db, settings):
    settings.DEMO_MAIL = None
    assert [client.get(URL).status_code, client.get(f"{URL}1-1/").status_code] == [404, 404]


def test_it_only_shows(client, db, demonstration):
    assert [client.post(URL).status_code, client.post(f"{URL}1-1/").status_code] == [405, 405]


def test_a_folder_that_cannot_be_written_is_a_mail_that_could_not_be_sent(client, world, settings, tmp_path, text):
    (tmp_path / "file").write_text("")
    settings.EMAIL_BACKEND, settings.DEMO_MAIL = "wallet.demo_mail.Mailbox", tmp_path / "file" / "mails"
    assert "We couldn’t send the mail" in text(client.post(RESET, {"email": "mira@example.com"}, follow=True))
