"""The address of an account, and how it changes (S1, P21)."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from tests.support import factories
from tests.support.html import read
from tests.support.second_factors import kinds
from wallet.models import Customer

URL = "/accounts/email/"
PROOF = "/accounts/reauthenticate/"
PASSWORD = "correct horse battery"
ASKS = {"action_add": "1", "email": "new@example.com"}


def link(mail):
    """The path of the link that a mail asks to open."""
    return re.search(r"http://testserver(/accounts/\S+/)", mail.body)[1]


def to(mailoutbox, *addresses):
    """The subjects of what went to these addresses."""
    return [mail.subject for mail in mailoutbox if mail.to == list(addresses)]


@pytest.fixture
def proven(signed_in):
    """A customer who has just typed the password again."""
    signed_in.post(PROOF, {"password": PASSWORD})
    return signed_in


def address():
    return factories.User.objects.get(username="mira").email


def test_p16_looking_at_the_address_writes_nothing(signed_in, world, text, queries):
    """P16: it inserted a row, as of an address that was never confirmed."""
    assert "Mails about your account go to mira@example.com." in text(signed_in.get(URL))
    sent = queries(signed_in.get, URL)
    assert [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert EmailAddress.objects.count() == 0


def test_s1_a_stolen_session_gets_no_further_than_the_question_for_the_password(signed_in, world, mailoutbox, text):
    """S1: a session that is signed in proves nothing; neither asking, nor stopping, nor a reset to the address works."""
    response = signed_in.post(URL, ASKS)
    assert response.headers["Location"] == f"{PROOF}?next=%2Faccounts%2Femail%2F"
    page = signed_in.post(f"{PROOF}?next={URL}", {"password": "guessed"})
    assert page.status_code == 422
    assert "The password is not right." in text(page)
    assert not EmailAddress.objects.filter(email="new@example.com").exists()
    assert mailoutbox == []


def test_s1_the_proof_resumes_what_was_asked_for_and_lasts_for_five_minutes(signed_in, world, text, monkeypatch):
    signed_in.post(URL, ASKS)
    page = signed_in.post(f"{PROOF}?next={URL}", {"password": PASSWORD}, follow=True)
    assert "new@example.com takes effect once you open the link" in text(page)
    assert signed_in.post(URL, ASKS | {"email": "other@example.com"}).headers["Location"] == URL
    later = timezone.now() + timedelta(seconds=301)
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", later.timestamp)
    assert PROOF in signed_in.post(URL, ASKS).headers["Location"]


def test_s1_it_changes_once_the_new_one_is_confirmed_and_both_are_told(proven, world, mailoutbox, text):
    """P21: at the old address when it is asked for, and when it is done."""
    proven.post(URL, ASKS)
    assert address() == "mira@example.com"
    assert to(mailoutbox, "mira@example.com") == ["A new email address was asked for"]
    (confirm,) = [mail for mail in mailoutbox if mail.to == ["new@example.com"]]
    page = proven.get(link(confirm))
    assert "Is new@example.com to be the email address of the account mira?" in text(page)
    assert address() == "mira@example.com"  # P16: opening the link alone changes nothing
    page = proven.post(link(confirm), follow=True)
    assert "new@example.com is the email address of your account now." in text(page)
    assert address() == "new@example.com"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("new@example.com", True, True)]
    changed = [mail for mail in mailoutbox if mail.subject == "Your email address was changed"]
    assert [mail.to for mail in changed] == [["mira@example.com"], ["new@example.com"]]
    for mail in changed:
        assert "from mira@example.com to new@example.com" in mail.body
        assert "From the address: 127.0.0.1" in mail.body
    assert kinds(world.user)[:3] == ["email_changed", "email_confirmed", "email_added"]


def test_s1_an_address_that_waits_resets_nothing(proven, world, mailoutbox):
    proven.post(URL, ASKS)
    mailoutbox.clear()
    Client().post("/accounts/password/reset/", {"email": "new@example.com"})
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["new@example.com"], "No account has this address")]
    Client().post("/accounts/password/reset/", {"email": "mira@example.com"})
    assert to(mailoutbox, "mira@example.com") == ["Choose a new password"]


def test_s1_the_owner_stops_a_change_and_is_told(proven, world, mailoutbox, text):
    proven.post(URL, ASKS)
    (confirm,) = [mail for mail in mailoutbox if mail.to == ["new@example.com"]]
    page = proven.post(URL, {"action_remove": "", "email": "new@example.com"}, follow=True)
    assert "Your address stays what it is." in text(page)
    assert to(mailoutbox, "mira@example.com")[-1] == "Your email address stays"
    assert "This link does not confirm anything" in text(proven.post(link(confirm)))
    assert address() == "mira@example.com"


def test_s1_the_last_address_cannot_be_removed(proven, world, text):
    proven.post(URL, ASKS)
    page = proven.post(URL, {"action_remove": "", "email": "mira@example.com"}, follow=True)
    assert "Your account needs its address." in text(page)
    assert read(page).find("main .box.bad").text.startswith("Your account needs its address.")
    assert EmailAddress.objects.filter(email="mira@example.com", verified=True).exists()
    proven.post(URL, {"action_primary": "", "email": "new@example.com"})
    assert address() == "mira@example.com"


def test_somebody_elses_address_is_refused_only_to_who_can_open_its_mails(proven, world, mailoutbox, text):
    other = factories.user("other")
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    proven.post(URL, ASKS | {"email": "other@example.com"})
    (confirm,) = [mail for mail in mailoutbox if mail.subject == "Confirm your email address"]
    for page in (proven.get(link(confirm)), proven.post(link(confirm), follow=True)):
        assert "This address can’t be used for this account." in text(page)
    assert address() == "mira@example.com"


def test_the_link_opened_where_somebody_else_is_signed_in_signs_them_out_only_when_it_counts(proven, mailoutbox):
    """P16: opening a link ended the session of whoever was signed in."""
    proven.post(URL, ASKS)
    (confirm,) = [mail for mail in mailoutbox if mail.to == ["new@example.com"]]
    other = Client()
    other.force_login(factories.user("other"))
    other.get(link(confirm))
    assert other.get("/wallet/").status_code == 200
    other.post(link(confirm))
    assert other.get("/wallet/").status_code == 302
    assert address() == "new@example.com"


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Enter an email address, like name@example.com."),
        ("nonsense", "Enter an email address, like name@example.com."),
        (f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example", "Enter an email address, like name@example.com."),
        ("MIRA@example.com", "This is your address already."),
    ],
)
def test_what_is_no_new_address_is_said_beside_the_field(proven, email, words):
    page = proven.post(URL, ASKS | {"email": email})
    assert page.status_code == 422
    html = read(page)
    assert html.find("#id_email_error").text == words
    assert html.find("main .box.bad a").text == words
    assert html.find("title").text.startswith("Error: Email address")


def test_a_change_is_told_in_the_owners_language(proven, world, mailoutbox):
    Customer.objects.set_display(world.user, language="de")
    proven.post(URL, ASKS)
    assert to(mailoutbox, "mira@example.com") == ["Eine neue E-Mail-Adresse wurde beantragt"]


def test_an_account_without_an_address_gets_its_first_one(client, db, mailoutbox, text):
    user = factories.user("nora")
    factories.User.objects.filter(pk=user.pk).update(email="")
    client.force_login(user)
    assert "Your account has no email address yet." in text(client.get(URL))
    client.post(PROOF, {"password": PASSWORD})
    client.post(URL, ASKS)
    again = Client().post("/accounts/login/", {"login": "nora", "password": PASSWORD})
    assert again.headers["Location"] == "/wallet/"  # an address that waits keeps nobody out
    client.post(link(mailoutbox[0]))
    assert factories.User.objects.get(pk=user.pk).email == "new@example.com"


def test_a_mail_that_was_sent_often_enough_is_not_sent_again_for_a_minute(proven, mailoutbox, text):
    proven.post(URL, ASKS)
    pages = [proven.post(URL, {"action_send": "", "email": "new@example.com"}, follow=True) for _ in range(3)]
    words = ["Wait a minute before you ask for another one." in text(page) for page in pages]
    assert words == [False, False, True]
    assert to(mailoutbox, "new@example.com") == ["Confirm your email address"] * 3
