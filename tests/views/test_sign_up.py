"""Signing up, where the operator lets people."""

import re

import pytest
from django.test import Client

from tests.support import factories
from tests.support.html import read
from tests.support.together import together
from wallet.account_forms import SignUpForm
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
        ("email", "nonsense", "Enter an email address, like name@example.com."),
        ("email", f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example", "Enter an email address, like name@example.com."),
        ("password1", "nora@example.com", "too similar"),
        ("password1", "bnb-wallet-2026", "little more than"),
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


def test_p21_an_address_that_was_taken_a_moment_ago_makes_no_account(
    client, db, is_open, monkeypatch, mailoutbox, text
):
    """P21: it would be one whose address nobody has to confirm. The answer is that for an address that somebody has."""
    checks = SignUpForm.clean_email
    stale = iter([True])

    def before_the_other(form):
        return form.cleaned_data["email"] if next(stale, False) else checks(form)

    Client().post(URL, FIELDS | {"username": "first"})
    monkeypatch.setattr(SignUpForm, "clean_email", before_the_other)
    page = client.post(URL, FIELDS, follow=True)
    assert "We sent a mail with a link to your address." in text(page)
    assert [user.username for user in factories.User.objects.all()] == ["first"]
    assert [mail.subject for mail in mailoutbox] == ["Confirm your email address", "You have an account already"]


def test_p21_of_many_who_sign_up_with_one_address_at_once_nobody_gets_in(transactional_db, is_open):
    """P21: until one of them has confirmed it."""
    names = [f"nora{number}" for number in range(6)]
    together(*(lambda name=name: Client().post(URL, FIELDS | {"username": name}) for name in names))
    assert factories.User.objects.exists()
    for name in names:
        browser = Client()
        browser.post("/accounts/login/", SIGN_IN | {"login": name})
        assert browser.get("/wallet/").status_code == 302
