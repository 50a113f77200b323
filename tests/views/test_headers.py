"""P16: every answer carries the policy, whoever gave it: pages, files, redirects, refusals, faults, what machines ask."""

import re

import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles import finders
from django.urls import get_resolver

from tests.support import factories
from tests.support.addresses import addresses
from wallet.views import history

ONLY_OURS = {"script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"}
NOBODYS = {"default-src", "base-uri", "frame-ancestors", "object-src"}
SECURE = {"secure": True, "HTTP_X_FORWARDED_PROTO": "https"}


def policy(response):
    parts = (part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    return dict(parts)


def assert_strict(response, what):
    rules = policy(response)
    assert {name for name, sources in rules.items() if sources == "'none'"} == NOBODYS, what
    assert {name for name, sources in rules.items() if sources == "'self'"} == ONLY_OURS, what
    assert rules.keys() == NOBODYS | ONLY_OURS, what
    headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff", what
    assert headers["Referrer-Policy"] == "same-origin", what
    assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin", what
    assert headers["X-Frame-Options"] == "DENY", what
    assert "camera=()" in headers["Permissions-Policy"], what
    assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"], what
    is_file = what.startswith("/static/")
    assert ("no-store" in headers["Cache-Control"]) is not is_file, what
    is_text = re.match(r"text/|application/(json|javascript)", headers.get("Content-Type", ""))
    assert (
        not is_text
        or is_file
        or re.search('charset="?utf-8', headers["Content-Type"])
        or "json" in headers["Content-Type"]
    ), what


@pytest.fixture(params=["nobody", "customer", "operator"])
def visitor(request, client, world):
    if request.param != "nobody":
        client.force_login(world.user if request.param == "customer" else factories.operator())
    return client


def test_p16_every_address_of_the_site_answers_with_the_strict_policy(visitor, world):
    """P16: of the URL configuration, the admin's and the account pages' too; whatever the answer is."""
    found = list(addresses(get_resolver(), world.settled("DOGE").reference))
    assert len(found) > 80
    for address in found:
        assert_strict(visitor.get(address), address)


@pytest.mark.parametrize(
    "path", ["/static/css/base.css", "/static/js/site.js", "/static/img/icon.svg", "/static/nothing.css"]
)
def test_p16_files_carry_it_too(client, db, path):
    response = client.get(path)
    if response.status_code == 200:
        assert finders.find(path.removeprefix("/static/"))
        assert_strict(response, path)
    else:
        assert_strict(response, "a file that is none")


def test_p16_what_is_refused_or_fails_carries_it(signed_in, client, monkeypatch):
    strict = type(client)(enforce_csrf_checks=True)
    assert_strict(strict.post("/wallet/dust/"), "without a token")
    assert_strict(signed_in.get("/wallet/", headers={"host": "evil.example"}), "another host")
    assert_strict(signed_in.put("/wallet/"), "a method that is none")
    assert_strict(signed_in.post("/wallet/dust/", {f"asset{n}": n for n in range(5001)}), "too many fields")
    monkeypatch.setattr(history, "PAGE", None)
    signed_in.raise_request_exception = False
    fault = signed_in.get("/conversions/")
    assert fault.status_code == 500
    assert_strict(fault, "a fault")


@pytest.fixture
def https(settings):
    """As production sets it."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^(healthz|metrics)$"]
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


def test_p16_the_redirect_to_https_carries_it(https, client, db):
    response = client.get("/wallet/")
    assert (response.status_code, response.headers["Location"]) == (301, "https://testserver/wallet/")
    assert_strict(response, "to https")


def test_over_https_browsers_are_told_to_stay_there(https, client, db):
    for path in ("/help/", "/nothing/", "/static/css/base.css", "/accounts/login/"):
        told = client.get(path, secure=True).headers["Strict-Transport-Security"]
        assert told == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(("method", "path"), [("get", "/conversions/CV-0000-0000.json"), ("post", "/wallet/dust/")])
def test_what_programs_send_over_http_is_refused_and_not_redirected(https, signed_in, world, method, path):
    """A redirect would answer them well, and hide that they send their cookies for all to read."""
    response = getattr(signed_in, method)(path)
    assert response.status_code == 403
    assert b"over https only" in response.content
    assert_strict(response, path)
    assert getattr(signed_in, method)(path, secure=True).status_code in (404, 422)


def test_what_asks_beside_the_site_is_answered_over_http(https, client, db):
    assert [client.get(path).status_code for path in ("/healthz", "/metrics")] == [200, 200]


def test_signing_out_clears_what_the_browser_kept(signed_in):
    assert "Clear-Site-Data" not in signed_in.get("/wallet/").headers
    out = signed_in.post("/accounts/logout/")
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in signed_in.get("/accounts/login/").headers


def test_the_technical_error_pages_are_the_only_ones_without_it():
    """django-csp leaves them alone, and they are for those who develop here."""
    assert site_settings.DEBUG is False
