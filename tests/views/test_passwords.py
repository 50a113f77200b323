"""Another password, and a new one for who forgot theirs."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from tests.support import factories
from tests.support.html import read
from tests.support.together import together

RESET, CHANGE = "/accounts/password/reset/", "/accounts/password/change/"
OLD, NEW = "correct horse battery", "seven wild geese fly"


@pytest.fixture
def link(client, world, mailoutbox):
    """Where the link in the mail leads."""
    client.post(RESET, {"email": "mira@example.com"})
    return re.search(r"http://testserver(/accounts/\S+/)", mailoutbox[0].body)[1]


def has(password):
    return factories.User.objects.get(username="mira").check_password(password)


def test_s9_a_reset_never_says_whether_there_is_an_account(client, world, mailoutbox, text):
    pages = [Client().post(RESET, {"email": one}, follow=True) for one in ("mira@example.com", "nobody@example.com")]
    assert text(pages[0]) == text(pages[1])
    assert "A mail is on its way to the address that you entered." in text(pages[0])
    assert [mail.subject for mail in mailoutbox] == ["Choose a new password", "No account has this address"]


@pytest.mark.parametrize("is_open", [False, True])
def test_s9_who_is_unknown_is_led_to_signing_up_only_where_one_can(client, db, settings, mailoutbox, is_open):
    settings.SIGN_UP = is_open
    client.post(RESET, {"email": "nobody@example.com"})
    html = mailoutbox[0].alternatives[0].content
    assert ("/accounts/signup/" in mailoutbox[0].body, "/accounts/signup/" in html) == (is_open, is_open)


def test_the_link_leads_to_a_new_password_and_to_signing_in_with_it(link, text):
    """S11: the page after it was a dead end. The owner is told (P21)."""
    client = Client()
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0]
    assert "Choose a new password" in text(page)
    done = client.post(address, {"password1": NEW}, follow=True)
    assert "Your new password is saved" in text(done)
    assert read(done).find("main a.button")["href"] == "/accounts/login/"
    assert has(NEW)
    assert client.post("/accounts/login/", {"login": "mira", "password": NEW}).headers["Location"] == "/wallet/"


def test_p21_the_owner_is_told_of_a_new_password(link, mailoutbox):
    client = Client()
    client.post(client.get(link).headers["Location"], {"password1": NEW})
    assert [(mail.to, mail.subject) for mail in mailoutbox[1:]] == [(["mira@example.com"], "Your password was changed")]
    assert "Account: mira" in mailoutbox[1].body


def test_p16_opening_the_link_writes_nothing_and_signs_nobody_out(link, world, queries):
    other = Client()
    other.force_login(factories.user("other"))
    sent = queries(other.get, link, follow=True)
    assert [one for one in sent if re.match("(INSERT|UPDATE|DELETE)", one) and "django_session" not in one] == []
    assert other.get("/wallet/").status_code == 200
    assert EmailAddress.objects.count() == 0


@pytest.mark.parametrize("email", ["mira@example.com", "nobody@example.com"])
def test_p22_one_place_asks_for_ten_mails_to_an_address_in_an_hour(client, world, mailoutbox, email):
    """P22: whether or not somebody has it; from elsewhere its owner still gets theirs."""
    for _ in range(12):
        cache.clear()  # of allauth's own limit, five a minute
        client.post("/accounts/password/reset/", {"email": email})
    assert len(mailoutbox) == 10
    cache.clear()
    Client(REMOTE_ADDR="198.51.100.7").post("/accounts/password/reset/", {"email": email})
    assert len(mailoutbox) == 11


def test_a_link_works_once_and_not_after_the_address_changed(link, world, text):
    client = Client()
    factories.User.objects.filter(pk=world.user.pk).update(email="other@example.com")
    assert "This link does not work any more" in text(client.get(link))
    factories.User.objects.filter(pk=world.user.pk).update(email="mira@example.com")
    client.post(client.get(link).headers["Location"], {"password1": NEW})
    spent = Client().get(link)
    assert "This link does not work any more" in text(spent)
    assert read(spent).select("main a.button")[0]["href"] == RESET


def test_p21_a_link_that_is_sent_by_many_at_once_changes_the_password_once(transactional_db, mailoutbox):
    """P21: the others read that it is spent."""
    owner = factories.user("mira")
    Client().post(RESET, {"email": "mira@example.com"})
    link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body)[1]
    browsers = [Client() for _ in range(4)]
    forms = [browser.get(link).headers["Location"] for browser in browsers]
    typed = [f"{NEW} {number}" for number in range(4)]
    send = [
        lambda browser=browser, form=form, password=password: browser.post(form, {"password1": password}).status_code
        for browser, form, password in zip(browsers, forms, typed, strict=True)
    ]
    assert sorted(together(*send)) == [200, 200, 200, 302]
    owner.refresh_from_db()
    assert sum(owner.check_password(password) for password in typed) == 1
    assert [mail.subject for mail in mailoutbox[1:]] == ["Your password was changed"]


def test_the_password_is_changed_with_the_current_one_and_ends_the_other_sessions(signed_in, world, mailoutbox, text):
    elsewhere = Client()
    elsewhere.force_login(world.user)
    page = signed_in.post(CHANGE, {"oldpassword": "wrong", "password1": NEW})
    assert (page.status_code, read(page).find("#id_oldpassword_error").text) == (
        422,
        "This is not your current password.",
    )
    page = signed_in.post(CHANGE, {"oldpassword": OLD, "password1": NEW}, follow=True)
    assert page.redirect_chain == [("/settings/", 302)]
    assert "Your password is changed." in text(page)
    assert elsewhere.get("/wallet/").status_code == 302
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short word", "at least 12 characters"),
        ("qwerty123456", "too common"),
        ("mira@example.com", "too similar"),
        ("dustsite2026!", "little more than “dustsite”"),
        ("", "Choose a new password."),
    ],
)
def test_s10_a_password_that_can_be_guessed_is_refused_in_words(signed_in, password, words):
    page = signed_in.post(CHANGE, {"oldpassword": OLD, "password1": password})
    assert page.status_code == 422
    assert words in read(page).find("#id_password1_error").text
    assert not password or password not in page.content.decode()
    assert has(OLD)


@pytest.mark.parametrize("password", ["x" * 6 + "yz" * 60, "eine Tür, fünf Schlüssel 🔑", "918273645546372819"])
def test_any_signs_and_any_length_make_a_password(signed_in, password):
    """ASVS 6.2.5 and 6.2.9: no rule of what it is made of, and 64 signs and more are taken."""
    assert signed_in.post(CHANGE, {"oldpassword": OLD, "password1": password}).status_code == 302
    assert has(password)


def test_an_account_without_a_password_is_led_to_its_first_one(client, db):
    user = factories.user("nora", password=None)
    client.force_login(user)
    assert client.get(CHANGE, follow=True).redirect_chain == [
        ("/accounts/password/set/", 302),
        (RESET, 302),
    ]


@pytest.mark.parametrize("key", ["zzzzzzzzzzzzz-x", "1-%01%ff", "0-" + "a" * 5000])
def test_a_link_of_nonsense_leads_to_a_new_one(client, db, text, key):
    page = client.get(f"{RESET}key/{key}/")
    assert page.status_code == 200
    assert "This link does not work any more" in text(page)
