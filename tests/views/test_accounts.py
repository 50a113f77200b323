"""Signing in and out."""

import pytest
from django.core import checks

from tests.support import factories
from tests.support.html import read


@pytest.mark.parametrize("name", ["mira", "mira@example.com"])
def test_a_customer_signs_in_with_name_or_email(client, world, name):
    response = client.post("/accounts/login/", {"login": name, "password": "correct horse battery"})
    assert (response.status_code, response.headers["Location"]) == (302, "/wallet/")


def test_sign_in_leads_back_to_where_one_wanted_to_go_but_never_away(client, world):
    fields = {"login": "mira", "password": "correct horse battery"}
    assert client.post("/accounts/login/", fields | {"next": "/conversions/"}).headers["Location"] == "/conversions/"
    client.post("/accounts/logout/")
    assert client.post("/accounts/login/", fields | {"next": "https://evil.example/"}).headers["Location"] == "/wallet/"


@pytest.mark.parametrize(
    "away",
    [
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "http://testserver/help/",
        "https://other.example/help/",
        "%2f%2fevil.example",
        "／／evil.example",
    ],
)
def test_p16_only_a_path_of_this_site_is_where_one_wanted_to_go(client, world, settings, away):
    """P16: a whole address could lead from https to http, or to another host that the site answers to."""
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    fields = {"login": "mira", "password": "correct horse battery", "next": away}
    assert client.post("/accounts/login/", fields).headers["Location"] == "/wallet/"
    assert client.post("/accounts/reauthenticate/", fields).headers["Location"] == "/wallet/"


def test_p17_a_wrong_password_is_refused_in_words_and_logged_without_what_was_typed(
    client, world, text, events, caplog
):
    """P17: sign-in failures are logged, without secrets."""
    page = client.post("/accounts/login/", {"login": "mira", "password": "hunter2"})
    assert page.status_code == 200
    assert "There is a problem" in text(page)
    assert len(events("sign_in_failed", "WARNING")) == 1
    assert "hunter2" not in caplog.text
    assert b"hunter2" not in page.content


@pytest.mark.parametrize("login", ["mira", "mira@example.com", "nobody", "nobody@example.com"])
def test_p22_a_password_is_looked_at_once_whether_somebody_has_the_name_or_not(client, world, hashed, login):
    """P22: what takes longer would tell that there is an account."""
    client.post("/accounts/login/", {"login": login, "password": "wrong"})
    assert hashed == ["wrong"]


@pytest.mark.parametrize("email", ["mira@example.com", "nobody@example.com"])
def test_p22_signing_up_hashes_the_password_whether_somebody_has_the_address_or_not(
    client, world, settings, hashed, email
):
    settings.SIGN_UP = True
    client.post("/accounts/signup/", {"username": "nora", "email": email, "password1": "seven wild geese fly"})
    assert hashed == ["seven wild geese fly"]


def test_after_many_wrong_passwords_even_the_right_one_has_to_wait(client, world, text):
    for _ in range(12):
        client.post("/accounts/login/", {"login": "mira", "password": "wrong"})
    right = client.post("/accounts/login/", {"login": "mira", "password": "correct horse battery"})
    assert right.status_code == 429
    assert "Too many attempts. Try again at 14:38 UTC." in text(right)
    assert client.get("/wallet/").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(signed_in, text):
    assert "Sign out?" in text(signed_in.get("/accounts/logout/"))
    assert signed_in.get("/wallet/").status_code == 200
    signed_in.post("/accounts/logout/")
    assert signed_in.get("/wallet/").status_code == 302


@pytest.mark.parametrize("path", ["password/reset/", "password/change/", "email/", "inactive/"])
def test_the_other_account_pages_stand_in_the_sites_frame(signed_in, client, path):
    for session in (signed_in, client):
        response = session.get(f"/accounts/{path}", follow=True)
        assert response.status_code == 200
        assert "/static/css/base.css" in [link["href"] for link in read(response).select("link[rel=stylesheet]")]


def test_operators_sign_in_through_the_same_page(client, db):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")


def test_a_customer_is_no_operator(signed_in):
    assert signed_in.get("/admin/").status_code in (302, 403)
    assert signed_in.get("/admin/wallet/conversion/").status_code in (302, 403)
    assert factories.User.objects.get(username="mira").is_staff is False


@pytest.mark.parametrize(
    "path",
    ["phone/change/", "login/code/confirm/", "password/reset/confirm/", "signup/passkey/", "3rdparty/"],
)
def test_s11_addresses_of_allauth_that_the_site_does_not_use_are_not_there(signed_in, client, path):
    for session in (signed_in, client):
        assert [session.get(f"/accounts/{path}").status_code, session.post(f"/accounts/{path}").status_code] == [
            404,
            404,
        ]


def test_s11_a_script_gets_the_page_that_everybody_gets(client, db):
    """What allauth says to scripts has its own words, and the help text as markup."""
    headers = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}
    page = client.post("/accounts/login/", {"login": "mira", "password": "wrong"}, headers=headers)
    assert page.headers["Content-Type"].startswith("text/html")


def test_a_name_and_a_password_that_do_not_fit_are_one_sentence_for_both(client, world, text):
    pages = [
        client.post("/accounts/login/", {"login": login, "password": "wrong"})
        for login in ("mira", "mira@example.com", "nobody", "nobody@example.com")
    ]
    assert all("The user name, email or password is not right." in text(page) for page in pages)


def test_s11_an_account_that_is_closed_says_so_only_to_who_knows_its_password(client, world, text):
    world.user.is_active = False
    world.user.save()
    wrong = client.post("/accounts/login/", {"login": "mira", "password": "wrong"})
    assert "The user name, email or password is not right." in text(wrong)
    right = client.post("/accounts/login/", {"login": "mira", "password": "correct horse battery"}, follow=True)
    assert "This account is closed" in text(right)
    assert read(right).find("main a.button")["href"] == "/help/"


def test_p23_the_demonstrations_passwords_open_nothing_in_production(client, db, settings, events):
    """P23, S8: a database may have come from a demonstration."""
    admin = factories.user("admin", password="admin")
    settings.PRODUCTION = True
    refused = client.post("/accounts/login/", {"login": "admin", "password": "admin"})
    assert refused.status_code == 200
    assert [event["account_id"] for event in events("public_password_refused", "ERROR")] == [admin.pk]
    assert client.get("/wallet/").status_code == 302
    settings.ALLOWED = frozenset({"ALLOW_DEMO_USERS"})
    assert client.post("/accounts/login/", {"login": "admin", "password": "admin"}).status_code == 302


def test_p23_a_database_with_the_demonstrations_users_is_refused_in_production(db, settings):
    """P23: by `check --database` and `migrate`, with what to do; with another password, or for nobody, they are people."""
    factories.user("demo", password="demo")
    admin = factories.user("admin", password="admin")

    def found():
        said = checks.run_checks(tags=["database"], databases=["default"])
        return [error.msg for error in said if error.id == "wallet.E002"]

    assert found() == []
    settings.PRODUCTION = True
    said = "is a user of the demonstration, with its public password."
    assert found() == [f"demo {said}", f"admin {said}"]
    factories.User.objects.filter(username="demo").update(is_active=False)
    admin.set_password("correct horse battery")
    admin.save()
    assert found() == []
    factories.User.objects.filter(username="demo").update(is_active=True)
    settings.ALLOWED = frozenset({"ALLOW_DEMO_USERS"})
    assert found() == []
