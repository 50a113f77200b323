"""The operator's own colours, logo and links on pages and in mails."""

import pytest
from django.test import Client

from dustsite import colours
from dustsite.branding import Brand, Link
from tests.support.html import read
from wallet.pages import letters
from wallet.pages.buttons import Button

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"/>'
COLOUR = colours.Colour("#0b4fb3", "#8cb8ff")
BRAND = Brand(
    stylesheet=colours.stylesheet(COLOUR, COLOUR),
    primary=COLOUR,
    logo=LOGO,
    logo_width=26,
    home=Link("Back to <Example>", "https://example.com/"),
    links=(Link("Terms", "/terms/"), Link("Privacy", "https://example.com/privacy")),
)
FILES = {"/branding.css": "text/css; charset=utf-8", "/branding.svg": "image/svg+xml"}


@pytest.fixture
def branded(settings):
    settings.BRAND = BRAND


def test_without_a_brand_there_are_no_files_and_pages_are_as_they_were(client, db):
    page = read(client.get("/help/"))
    assert [client.get(path).status_code for path in FILES] == [404, 404]
    assert page.select("header img") == []
    assert page.find("link[rel=icon]")["href"].endswith("favicon.svg")
    assert page.select("footer nav") == []


@pytest.mark.parametrize("path", FILES)
def test_the_files_are_everybodys_and_kept(branded, signed_in, path):
    for visitor in (Client(), signed_in):
        response = visitor.get(path)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == FILES[path]
        assert "public" in response.headers["Cache-Control"] and "max-age=86400" in response.headers["Cache-Control"]
        assert "no-store" not in response.headers["Cache-Control"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", FILES)
def test_what_a_browser_has_already_is_not_sent_again(branded, client, db, path):
    tag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    assert client.post(path).status_code == 405


def test_pages_of_customers_are_still_kept_by_nobody(branded, signed_in):
    assert "no-store" in signed_in.get("/wallet/").headers["Cache-Control"]


def test_every_page_has_the_colours_the_logo_and_the_links(branded, signed_in):
    nobody = Client()
    for visitor, path in ((nobody, "/help/"), (nobody, "/accounts/login/"), (signed_in, "/conversions/")):
        page = read(visitor.get(path))
        assert page.find("header img")["src"] == f"/branding.svg?v={BRAND.version}"
        assert (page.find("header img")["width"], page.find("header img")["height"]) == ("26", "26")
        assert f"/branding.css?v={BRAND.version}" in [one["href"] for one in page.select("link[rel=stylesheet]")]
        links = [(one.text, one["href"]) for one in page.select("footer nav a")]
        assert links == [
            ("Back to <Example>", "https://example.com/"),
            ("Terms", "/terms/"),
            ("Privacy", "https://example.com/privacy"),
        ]


def test_the_account_menu_leads_back_to_the_host(branded, signed_in):
    assert "https://example.com/" in [one["href"] for one in read(signed_in.get("/wallet/")).select(".account a")]


@pytest.mark.parametrize(
    ("setting", "address", "words"),
    [
        ("mailto:help@example.com?cc=a@example.com", "mailto:help@example.com?cc=a@example.com", "help@example.com"),
        ("https://example.com/help?about={reference}", "https://example.com/help?about=", "https://example.com/help"),
    ],
)
def test_mails_say_where_help_is(settings, setting, address, words):
    settings.SUPPORT_CONTACT = setting
    assert letters.contact() == letters.Contact(address, words)


def test_without_a_contact_mails_say_nothing_of_help(settings):
    settings.SUPPORT_CONTACT = ""
    assert letters.contact() is None


def test_a_mail_has_the_name_and_the_contact_as_text_and_as_html(settings, client, world, mailoutbox):
    settings.SITE_NAME, settings.SUPPORT_CONTACT = "Example Dust", "mailto:help@example.com"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    client.post("/accounts/password/reset/", {"email": world.user.email})
    (mail,) = mailoutbox
    html = mail.alternatives[0][0]
    assert mail.body.rstrip().endswith("Help: help@example.com")
    assert "Example Dust" in mail.body and "Example Dust" in html
    assert '<a href="mailto:help@example.com">help@example.com</a>' in html


def test_a_mails_button_is_filled_with_the_operators_colour(settings):
    settings.BRAND = BRAND
    letter = letters.Letter("Hello", [], Button("Open", "https://example.com/"))
    mail = letters.message(letter, "mira@example.com", site_url="https://example.com", headers={})
    (html,) = [part for part, kind in mail.alternatives if kind == "text/html"]
    assert ".button { background: #0b4fb3; color: #ffffff;" in html
    assert ".button { background: #8cb8ff; color: #000000 }" in html
