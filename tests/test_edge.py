"""What no view sees: S6, bodies that are too large, and S7, what can't be read. Never a 500, whoever asks whatever."""

import io

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from tests.support.html import read
from tests.support.wire import Wire

SIGN_IN = "/accounts/login/"
FORM = "application/x-www-form-urlencoded"
NOTHING_READ = "We couldn’t read that"


class Watched(io.BytesIO):
    """A body that knows how much of it was read."""

    taken = 0

    def read(self, *args):
        data = super().read(*args)
        self.taken += len(data)
        return data


# --- S6: bodies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SIGN_IN, "/wallet/dust/", "/admin/", "/nothing/"])
def test_s6_a_body_that_is_too_large_is_refused_before_it_is_read(client, db, rf, text, path):
    body = Watched(b"x" * 2_000)
    said = {"CONTENT_LENGTH": str(150 * 10**6), "CONTENT_TYPE": "multipart/form-data; boundary=b", "wsgi.input": body}
    response = client.generic("POST", path, **said)
    assert response.status_code == 413
    assert "Forms here take no files, and no more than 1 MB. Nothing was converted." in text(response)
    assert body.taken == 0


def test_s6_the_limit_itself_is_let_in(client, db):
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert client.generic("POST", "/nothing/", b"x" * limit, FORM).status_code == 404
    assert client.generic("POST", "/nothing/", b"x" * (limit + 1), FORM).status_code == 413


@pytest.mark.parametrize("length", ["-1", "many", "", "²", "1e9", "9" * 5000])
def test_s6_a_length_that_is_none_is_no_fault(client, db, length):
    assert client.generic("POST", "/nothing/", CONTENT_LENGTH=length, CONTENT_TYPE=FORM).status_code in (400, 404, 413)


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=b"])
def test_a_form_that_was_cut_short_is_refused_whole(signed_in, world, text, kind):
    """What is missing may be half of a selection."""
    body = (
        b"asset=DOGE" if kind == FORM else b'--b\r\nContent-Disposition: form-data; name="asset"\r\n\r\nDOGE\r\n--b--'
    )
    cut = {"CONTENT_LENGTH": str(len(body) + 11), "wsgi.input": io.BytesIO(body)}
    page = signed_in.generic("POST", "/wallet/dust/", CONTENT_TYPE=kind, **cut)
    assert page.status_code == 400
    assert "couldn’t be read" in text(page)
    assert not world.user.conversion_set.exists()


def test_s6_files_are_refused_and_never_written(client, db, text, monkeypatch):
    monkeypatch.setattr("tempfile.NamedTemporaryFile", None)
    response = client.post(SIGN_IN, {"login": "mira", "file": SimpleUploadedFile("a.bin", b"x" * 1000)})
    assert response.status_code == 413
    assert "Forms here take no files" in text(response)


def test_s6_a_form_in_parts_without_files_is_a_form(client, db):
    assert client.post(SIGN_IN, {"login": "mira", "password": "wrong"}).status_code == 200


def test_s6_under_htmx_too_large_is_said_in_place(signed_in, text):
    part = signed_in.generic("POST", "/wallet/dust/", CONTENT_LENGTH="2000000", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (413, "#warn")
    assert [one.get("id") for one in read(part).elements] == ["warning"]


# --- S7: what can't be read ------------------------------------------------------------------------------------------


CHARSETS = ["hex", "zip", "undefined", "idna", "punycode", "utf-7", "utf-16", "rot13", "nothing", "\0", "x" * 9000]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_s7_a_charset_that_is_none_is_refused(db, method, charset):
    response = Wire().generic(method, f"{SIGN_IN}?next=/", b"login=mira", f"{FORM}; charset={charset}")
    assert response.status_code == 400
    assert NOTHING_READ in read(response).text


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_the_charset_of_browsers_is_read(db, charset):
    response = Wire().generic("POST", SIGN_IN, b"login=mira", f"{FORM}; charset={charset}")
    assert response.status_code == 403  # it was read, and lacks its token


@pytest.mark.parametrize("address", ["http://[", "//[", "http://a:port/", "http://[::1", "http://a:99999999/"])
def test_s7_an_address_that_is_none_is_refused(client, signed_in, address):
    assert Client().get(SIGN_IN, {"next": address}).status_code == 400
    assert Client().post(SIGN_IN, {"next": address, "login": "mira", "password": "x"}).status_code == 400
    for name in ("HX-Current-URL", "Referer", "Origin"):
        assert signed_in.get("/wallet/", headers={name: address, "HX-Request": "true"}).status_code == 400
    encoded = {"HX-Current-URL": "http%3A%2F%2F%5B", "HX-Current-URL-URI-AutoEncoded": "true", "HX-Request": "true"}
    assert Client().get("/wallet/", headers=encoded).status_code == 400


def test_a_password_may_look_like_an_address_that_is_none(client, world):
    world.user.set_password("http://[ as good as any")
    world.user.save()
    fields = {"login": "mira", "password": "http://[ as good as any"}
    assert client.post(SIGN_IN, fields).status_code == 302


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/conversions/%00/", {}),
        ("/conversions/?asset=%00", {}),
        ("/wallet/dust/?from=CV-7K2M-94QX%00", {}),
        ("/wallet/", {"HTTP_USER_AGENT": "a\0b"}),
        ("/wallet/", {"HTTP_COOKIE": "sessionid=a\0b"}),
        ("/wallet/", {"HTTP_COOKIE": "csrftoken=\0"}),
        ("/wallet/", {"HTTP_ACCEPT_LANGUAGE": "\0"}),
        ("/wallet/", {"HTTP_X_FORWARDED_FOR": "\0"}),
    ],
)
def test_s7_nul_is_refused_wherever_it_stands(signed_in, text, path, options):
    response = signed_in.get(path, **options)
    assert response.status_code == 400
    assert NOTHING_READ in text(response)


def test_s7_nul_in_a_form_is_refused(signed_in, world):
    for path in ("/wallet/dust/", "/wallet/dust/estimate/", "/settings/", "/settings/browser-zone/"):
        assert signed_in.post(path, {"asset": "DO\0GE", "time_zone": "UTC"}).status_code == 400
        assert signed_in.post(path, {"ass\0et": "DOGE"}).status_code == 400


@pytest.mark.parametrize("path", ["/conversions/%ED%B2%80/", "/conversions/?asset=%ED%B2%80", "/%FF/", "/?%FF=%FE"])
def test_s7_bytes_that_are_no_characters_are_no_fault(signed_in, world, path):
    assert signed_in.get(path).status_code < 500


def test_s7_a_nul_in_an_octal_escape_of_the_session_cookie_is_refused(client, db):
    """As Django reads a quoted cookie; on PostgreSQL it was a 500 before sign-in."""
    assert client.get("/wallet/", headers={"Cookie": 'sessionid="a\\000b"'}).status_code == 400


IDS = ["9" * 19, "9" * 30, "-1", "0", "x", "%00", "%ED%B2%80", "_00", "1_2F2", "é"]


@pytest.fixture
def operator(db, client):
    client.force_login(User.objects.create_superuser("root", "root@example.com", "correct horse battery"))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("pk", IDS)
def test_s7_no_id_in_an_admin_address_is_a_fault(operator, world, pk):
    for model in ("wallet_account", "wallet_conversion", "wallet_entry", "wallet_transaction", "auth_user"):
        for page in ("change", "history", "delete"):
            path = reverse(f"admin:{model}_{page}", args=["PK"])
            status = operator.get(path.replace("PK", pk)).status_code
            assert status in (302, 400, 403, 404), (path, status)


def test_s7_the_admins_way_to_the_site_leads_nowhere_and_is_no_fault(operator, world):
    for kind in ContentType.objects.all():
        for pk in (*IDS, str(kind.pk)):
            status = operator.get(f"/admin/r/{kind.pk}/{pk}/").status_code
            assert status in (302, 400, 404), (kind, pk, status)
    assert operator.get(f"/admin/r/{'9' * 19}/1/").status_code in (400, 404)


def test_what_goes_wrong_inside_a_form_is_still_a_fault(signed_in, monkeypatch):
    """The guard takes only what an address or a text can cause."""

    def broken(request: HttpRequest) -> None:
        raise ValueError

    monkeypatch.setattr("wallet.views.wallet.render", broken)
    signed_in.raise_request_exception = False
    assert signed_in.get("/wallet/").status_code == 500
