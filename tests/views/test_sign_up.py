"""Signing up, where the operator lets people."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from tests.support import factories
from tests.support.html import read
from tests.support.together import together
from wallet import mailboxes
from wallet.models import Account

URL = "/accounts/signup/"
FIELDS = {"username": "nora", "email": "nora@example.com", "password1": "seven wild geese fly"}
SIGN_IN = {"login": "nora", "password": FIELDS["password1"]}


@pytest.fixture
def is_open(settings):
    settings.SIGN_UP = True


def test_it_is_closed_by_default(client, db, text):
    assert [client.get(URL).status_code, client.post(URL, FIELDS).status_code] == [404, 404]
    assert "Sign up" not in text(client.get("/accounts/login/"))
    assert not factories.User.objects.exists()


def test_nothing_works_until_the_address_is_confirmed(client, db, is_open, mailoutbox, text):
    assert "Sign up" in text(client.get("/accounts/login/"))
    page = client.post(URL, FIELDS, follow=True)
    assert "We sent a mail with a link to your address." in text(page)
    assert client.get("/wallet/").status_code == 302
    page = client.post("/accounts/login/", SIGN_IN, follow=True)
    assert "Open our mail to confirm your address" in text(page)
    assert client.get("/wallet/").status_code == 302
    link = re.search(r"http://testserver(/accounts/\S+/)", mailoutbox[0].body)[1]
    assert client.get(link).status_code == 200
    assert client.post(link, follow=True).redirect_chain[-1][0] == "/accounts/login/"
    assert client.post("/accounts/login/", SIGN_IN).headers["Location"] == "/wallet/"
    assert "0.00000000" in text(client.get("/wallet/"))
    assert not Account.objects.filter(user__username="nora").exists()


def test_whether_an_address_has_an_account_is_said_only_to_its_owner(client, world, is_open, mailoutbox, text):
    taken = client.post(URL, FIELDS | {"email": "mira@example.com"}, follow=True)
    fresh = Client().post(URL, FIELDS, follow=True)
    assert text(taken) == text(fresh)
    assert [(mail.to[0], mail.subject) for mail in mailoutbox] == [
        ("mira@example.com", "You have an account already"),
        ("nora@example.com", "Confirm your email address"),
    ]
    assert factories.User.objects.count() == 2


def test_who_signs_up_reads_that_the_address_is_confirmed_and_not_that_one_was_changed(
    client, db, is_open, mailoutbox, text
):
    client.post(URL, FIELDS)
    client.post(link(mailoutbox[0]))
    client.post("/accounts/login/", SIGN_IN)
    page = text(client.get("/settings/security/"))
    assert "Email address confirmed: nora@example.com" in page
    assert "Email address changed" not in page


def test_who_never_confirmed_and_forgot_the_password_confirms_first(client, db, is_open, mailoutbox):
    client.post(URL, FIELDS)
    Client().post("/accounts/password/reset/", {"email": "nora@example.com"})
    assert [mail.subject for mail in mailoutbox] == ["Confirm your email address"] * 2


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("username", "", "Choose a user name."),
        ("username", "mira@example.com", "A user name has no @ in it."),
        ("username", "mira", "Somebody has this user name. Choose another one."),
        ("username", "ｍｉｒａ", "Write it with plain letters and digits"),
        ("username", "nоra", "letters of another alphabet"),
        ("email", "nonsense", "Enter an email address, like name@example.com."),
        ("email", f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example", "Enter an email address, like name@example.com."),
        ("password1", "nora@example.com", "too similar"),
        ("password1", "bnb-wallet-2026", "little more than"),
        ("password1", "noranoranora", "little more than “nora”"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(client, world, is_open, name, value, words):
    page = client.post(URL, FIELDS | {name: value})
    html = read(page)
    assert page.status_code == 422
    assert words in html.find(f"#id_{name}_error").text
    assert html.find("#id_password1")["value"] == ""
    kept = {one: html.find(f"#id_{one}")["value"] for one in ("username", "email") if one != name}
    assert kept == {one: FIELDS[one] for one in kept}


def test_a_name_that_was_taken_a_moment_ago_is_said_too(client, db, is_open, monkeypatch):
    monkeypatch.setattr("wallet.account_forms.SignUpForm.clean_username", lambda form: form.cleaned_data["username"])
    factories.user("nora")
    page = client.post(URL, FIELDS | {"email": "other@example.com"})
    assert (page.status_code, read(page).find("#id_username_error").text) == (
        422,
        "Somebody has this user name. Choose another one.",
    )


def link(mail):
    return re.search(r"http://testserver(/accounts/confirm-email/\S+/)", mail.body)[1]


def names():
    return sorted(factories.User.objects.values_list("username", flat=True))


def test_p21_a_stranger_who_signs_up_with_an_address_keeps_nobody_from_it(client, db, is_open, mailoutbox, text):
    """P21: both wait; whoever confirms has it, and what the other one made goes."""
    Client().post(URL, FIELDS | {"username": "stranger", "password1": "nine tall trees stand"})
    assert "We sent a mail" in text(client.post(URL, FIELDS, follow=True))
    assert [(mail.subject, "as nora" in mail.body) for mail in mailoutbox] == [
        ("Confirm your email address", False),
        ("Confirm your email address", True),
    ]
    assert "the account nora?" in text(client.get(link(mailoutbox[1])))
    assert "the account stranger?" in text(client.get(link(mailoutbox[0])))
    client.post(link(mailoutbox[1]))
    assert names() == ["nora"]
    assert client.post("/accounts/login/", SIGN_IN).headers["Location"] == "/wallet/"
    late = Client()
    assert "does not confirm anything" in text(late.get(link(mailoutbox[0])))
    assert "does not confirm anything" in text(late.post(link(mailoutbox[0])))


def test_p21_who_was_not_first_confirms_nothing(client, db, is_open, mailoutbox, text):
    """P21: also where the account stays, because an operator gave it something."""
    factories.asset("BTC")
    for name in ("first", "second"):
        Client().post(URL, FIELDS | {"username": name})
    factories.deposit(factories.User.objects.get(username="second"), "BTC", "1")
    client.post(link(mailoutbox[0]))
    assert "can’t be confirmed" in text(client.get(link(mailoutbox[1])))
    assert "can’t be used for this account" in text(client.post(link(mailoutbox[1]), follow=True))
    assert mailboxes.owners(FIELDS["email"]) == [factories.User.objects.get(username="first")]


def test_p21_nobody_confirms_what_the_operator_gave_somebody_meanwhile(client, db, is_open, mailoutbox, text):
    client.post(URL, FIELDS | {"username": "stranger"})
    owner = factories.user("nora")
    client.post(link(mailoutbox[0]))
    assert mailboxes.owners(FIELDS["email"]) == [owner]
    assert client.post("/accounts/login/", SIGN_IN | {"login": "stranger"}).headers["Location"] != "/wallet/"


def test_p21_who_waits_with_an_address_signs_in_with_it_the_last_one_first(client, db, is_open):
    for name, password in (("first", "nine tall trees stand"), ("nora", FIELDS["password1"])):
        Client().post(URL, FIELDS | {"username": name, "password1": password})
    page = client.post("/accounts/login/", SIGN_IN | {"login": FIELDS["email"]})
    assert page.headers["Location"] == "/accounts/confirm-email/"


@pytest.mark.parametrize("waiting", [0, 1, 3])
def test_p22_a_password_is_looked_at_once_however_many_wait_with_the_address(client, db, is_open, hashed, waiting):
    for number in range(waiting):
        Client().post(URL, FIELDS | {"username": f"nora{number}"})
    hashed.clear()
    client.post("/accounts/login/", {"login": FIELDS["email"], "password": "wrong"})
    assert hashed == ["wrong"]


def test_p22_one_place_asks_for_ten_mails_to_an_address_in_an_hour_and_its_owner_still_gets_theirs(
    db, world, is_open, mailoutbox
):
    for place, email in (("192.0.2.1", "mira@example.com"), ("192.0.2.2", FIELDS["email"])):  # somebody's, nobody's
        asked = [FIELDS | {"username": f"x{number}{email[:4]}", "email": email} for number in range(11)]
        codes = [Client(REMOTE_ADDR=place).post(URL, fields).status_code for fields in asked]
        assert codes == [302] * 10 + [429]
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post(URL, FIELDS).status_code == 302


def test_p22_who_never_confirmed_asks_for_no_more_mails_by_signing_in(client, db, is_open, mailoutbox, text):
    client.post(URL, FIELDS)
    for _ in range(12):
        cache.clear()  # of allauth's own limit, three a minute
        assert "Open our mail" in text(Client().post("/accounts/login/", SIGN_IN, follow=True))
    assert len(mailoutbox) == 10


def test_p21_of_many_who_sign_up_with_one_address_at_once_nobody_gets_in(transactional_db, is_open):
    """P21: until one of them has confirmed it."""
    tried = [f"nora{number}" for number in range(6)]
    together(*(lambda name=name: Client().post(URL, FIELDS | {"username": name}) for name in tried))
    assert factories.User.objects.exists()
    for name in tried:
        browser = Client()
        browser.post("/accounts/login/", SIGN_IN | {"login": name})
        assert browser.get("/wallet/").status_code == 302


def test_p21_of_many_who_sign_up_with_one_name_at_once_one_has_it(transactional_db, is_open, text):
    """P21: in whichever letters they write it, and the others are told so."""
    tried = ["nora", "NORA", "Nora", "nORA"]
    sent = [FIELDS | {"username": name, "email": f"{number}@example.com"} for number, name in enumerate(tried)]
    pages = together(*(lambda fields=fields: Client().post(URL, fields) for fields in sent))
    assert sorted(page.status_code for page in pages) == [302, 422, 422, 422]
    assert all("Somebody has this user name" in text(page) for page in pages if page.status_code == 422)
    assert [name.lower() for name in names()] == ["nora"]


def test_p21_the_database_lets_nobody_have_a_name_in_other_letters(db):
    factories.user("nora")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.User.objects.create(username="NORA")


def test_p21_of_many_who_confirm_one_address_at_once_one_has_it(transactional_db, is_open, mailoutbox):
    cache.clear()
    for number in range(3):
        Client().post(URL, FIELDS | {"username": f"nora{number}"})
    links = [link(mail) for mail in mailoutbox]
    answers = together(*(lambda url=url: Client().post(url).status_code for url in links))
    assert set(answers) <= {200, 302}
    assert EmailAddress.objects.filter(verified=True).count() == 1
    assert len(mailboxes.owners(FIELDS["email"])) == 1
