"""S7, P22: whatever is sent, nothing is a fault and nothing moves money. REQUESTS says how many are tried (make requests)."""

import os
import string
from collections import Counter
from io import BytesIO
from urllib.parse import quote, unquote_to_bytes

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.wire import Wire
from wallet.audit import audit
from wallet.models import Account, Count, Entry, HouseBalance, Transaction

# Others each time for `make requests`; `make test` sends the same each time, so that it can't fail for what nobody changed.
ASKED_FOR = os.environ.get("REQUESTS")
REQUESTS = int(ASKED_FOR or "1500")
METHODS = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"]
BOUNDARY = "b0undary"

# What has broken sites before, beside what hypothesis thinks of.
NASTY = [
    "\0", "a\0b", "http://[", "//[", "http://[::1", "javascript:alert(1)", "//evil.example/",
    "\r\nSet-Cookie: a=b", "9" * 19, "9" * 400, "-1", "0", "1e999", "NaN", "²", "é" * 200, "\ud800", "\udcff",
    "%", "%00", "%zz", "../" * 9, "' OR 1=1 --", "{{7*7}}", "<script>", "x" * 5000, "_to_field=x\n",
    "2026-02-30", "CV-7K2M-94QX", "CV-0000-0000\n", "DOGE", "true", "[]", "{}", "", " ",
]  # fmt: skip
SOUND = [
    "DOGE",
    "ETH",
    "all",
    "1",
    "2026-11-22",
    "mira",
    "/wallet/",
    "UTC",
    "de",
    "completed",
    "dark",
    "koinly",
    "0.5",
    "on",
]


def rarely(strange, sound):
    """Mostly what is sound, or nothing would come further than to the first thing that is strange."""
    return st.integers(0, 5).flatmap(lambda number: strange if number == 0 else sound)


STRANGE = st.one_of(st.sampled_from(NASTY), st.text(max_size=20), st.text(string.printable, max_size=20))
TEXT = rarely(STRANGE, st.sampled_from(SOUND))
NAMES = st.one_of(
    st.sampled_from(
        [
            "asset",
            "next",
            "login",
            "password",
            "remember",
            "email",
            "from",
            "seen",
            "fingerprint",
            "status",
            "since",
            "until",
            "format",
            "csrfmiddlewaretoken",
            "all",
            "page",
            "q",
            "o",
            "p",
            "_to_field",
            "_popup",
            "e",
            "action",
            "time_zone",
            "language",
            "theme",
            "sort",
            "hide",
            "is_open",
            "notice",
            "code",
            "name",
            "user",
            "units",
        ]
    ),
    TEXT,
)
FIELDS = st.lists(st.tuples(NAMES, TEXT), max_size=5)
CHARSETS = st.sampled_from(
    ["utf-8", "hex", "zip", "undefined", "idna", "utf-16", "rot13", "\0", "nothing", '"', "x" * 300]
)
PARTS, PAIRS = f"multipart/form-data; boundary={BOUNDARY}", "application/x-www-form-urlencoded"
TYPES = rarely(
    st.one_of(
        st.sampled_from(
            ["application/json", "multipart/form-data", "multipart/form-data; boundary=", "", ";", "a/b;c"]
        ),
        CHARSETS.map((PAIRS + "; charset={}").format),
        CHARSETS.map((PARTS + "; charset={}").format),
    ),
    st.sampled_from([PAIRS, PARTS]),
)
HEADERS = rarely(
    st.dictionaries(
        st.sampled_from(
            [
                "HX-Request",
                "HX-Current-URL",
                "HX-Current-URL-URI-AutoEncoded",
                "HX-Target",
                "HX-Trigger",
                "HX-Prompt",
                "HX-Boosted",
                "HX-History-Restore-Request",
                "Referer",
                "Origin",
                "Accept-Language",
                "Accept",
                "Cookie",
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "User-Agent",
                "If-Modified-Since",
                "If-None-Match",
                "Range",
                "X-Requested-With",
                "X-CSRFToken",
                "Authorization",
                "Host",
                "Content-Length",
            ]
        ),
        st.one_of(st.just("true"), STRANGE),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([{}, {"HX-Request": "true"}]),
)
COOKIES = rarely(
    st.dictionaries(
        st.sampled_from(["sessionid", "csrftoken", "messages", "device", "django_language", "other"]),
        STRANGE,
        min_size=1,
    ),
    st.just({}),
)


def patterns(resolver, prefix=""):
    """Every route that there is, in Django's own words."""
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from patterns(one, route)


ROUTES = sorted(set(patterns(get_resolver())))


@st.composite
def paths(draw):
    """An address from the URL configuration: what stands for a value is a sound one, or anything."""
    route, parts = draw(st.sampled_from(ROUTES)), []
    for piece in route.replace("^", "").replace("$", "").split("<"):
        name, closed, rest = piece.partition(">")
        if closed:
            sound = st.sampled_from(["1", "CV-7K2M-94QX", "3", "wallet", "17"])
            parts.append(quote(draw(rarely(STRANGE, sound)).encode(errors="surrogatepass")))
        parts.append(rest if closed else name)
    path = "/" + "".join(parts)
    return path + quote(draw(rarely(STRANGE, st.just(""))).encode(errors="surrogatepass"))


def pairs(fields):
    """As a form sends them: some of them broken on the way."""
    sent = "&".join(
        f"{quote(name.encode(errors='surrogatepass'))}={quote(value.encode(errors='surrogatepass'))}"
        for name, value in fields
    )
    return sent.encode()


def in_parts(fields):
    lines = []
    for name, value in fields:
        file = '; filename="a"' if value == "" else ""
        lines.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n')
    return "".join([*lines, f"--{BOUNDARY}--\r\n"]).encode(errors="surrogatepass")


@st.composite
def requests(draw):
    """One request, as the server hands it over."""
    kind, fields = draw(TYPES), draw(FIELDS)
    body = in_parts(fields) if "multipart" in kind else pairs(fields)
    cut = draw(st.integers(0, 9)) == 0
    body = body[: len(body) // 2] if cut else body
    headers = {f"HTTP_{name.upper().replace('-', '_')}": wired(value) for name, value in draw(HEADERS).items()}
    environ = {"CONTENT_LENGTH": headers.pop("HTTP_CONTENT_LENGTH", str(len(body))), **headers}
    return {
        "who": draw(st.sampled_from(["nobody", "mira", "root"])),
        "method": draw(rarely(st.sampled_from(METHODS), st.sampled_from(["GET", "POST"]))),
        "path": draw(paths()),
        "query": pairs(draw(FIELDS)).decode(),
        "type": wired(kind),
        "body": body,
        "cookies": {name: wired(value) for name, value in draw(COOKIES).items()},
        "has_token": draw(st.integers(0, 5)) > 0,
        "environ": environ,
    }


def wired(text):
    """As it stands in a header: servers hand bytes over as Latin-1."""
    return text.encode(errors="surrogatepass").decode("latin-1")


class Site:
    """A site with a customer, an operator and a conversion of each kind, and what must be the same after every request."""

    def __init__(self, world):
        operator = User.objects.create_superuser("root", "root@example.com", "correct horse battery")
        self.sessions = {"nobody": {}}
        for name, user in {"mira": world.user, "root": operator}.items():
            browser = Wire()
            browser.force_login(user)
            self.sessions[name] = {"sessionid": browser.cookies["sessionid"].value}
        self.quote = world.quoted("DOGE")
        self.faults = []

    def ledger(self):
        tables = (Transaction, Entry, Account, HouseBalance)
        return [sorted(table.objects.values_list()) for table in tables]

    def send(self, sent):
        """What it is answered with. The limits forget what they counted, or soon they would be all that is tried."""
        Count.objects.all().delete()
        browser, token = Wire(), "t" * 32
        environ = dict(sent["environ"])
        cookies = self.sessions[sent["who"]] | ({"csrftoken": token} if sent["has_token"] else {}) | sent["cookies"]
        environ.setdefault("HTTP_COOKIE", "; ".join(f"{name}={value}" for name, value in cookies.items()))
        if sent["has_token"]:
            environ.setdefault("HTTP_X_CSRFTOKEN", token)
        path = bytes(sent["path"].replace("CV-7K2M-94QX", self.quote.reference), "latin-1", "replace")
        environ |= {
            "REQUEST_METHOD": sent["method"],
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": sent["query"],
            "CONTENT_TYPE": sent["type"],
            "wsgi.input": BytesIO(sent["body"]),
        }
        return browser.request(**environ)


@pytest.mark.django_db
def test_no_request_is_a_fault_or_moves_money(world):
    """S7, P16, P22: of thousands of mutated requests none is answered with a fault, and the ledger is what it was."""
    site = Site(world)
    before = site.ledger()
    answers = Counter()

    @settings(
        max_examples=REQUESTS,
        derandomize=not ASKED_FOR,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def try_it(sent):
        with transaction.atomic():
            status = site.send(sent).status_code
            answers[status] += 1
            assert status < 500, sent
            if sent["method"] == "POST":
                assert site.ledger() == before
            transaction.set_rollback(True)

    try_it()
    print(f"{sum(answers.values())} requests: {dict(sorted(answers.items()))}")
    assert {200, 302, 400, 403, 404, 405} <= set(answers)
    assert list(audit()) == []
