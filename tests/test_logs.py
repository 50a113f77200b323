"""P17: the log is structured, an event a line, in UTC, with whose request caused it, and without secrets."""

import contextlib
import json
import logging
import re

import pytest
from structlog.contextvars import bound_contextvars

from tests.support.console import console
from tests.support.passkeys import Passkey
from tests.support.second_factors import code
from tests.support.site import Browser, running, wait_for
from wallet import logs

PLANTED = "planted-and-never-to-be-read"
TYPED = PLANTED[:20]  # as a code, which is no longer


class Plain(str):
    """A text that a traceback shows as it is."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


@pytest.fixture(params=[True, False], ids=["json", "text"])
def said(request):
    """What a call of a logger of ours, or of a library's, writes."""

    def write(call, *, ours=True, hidden=()):
        handler, stream = console(as_json=request.param, hidden=hidden)
        logger = logging.getLogger("tests.log")
        logger.addHandler(handler)
        try:
            call(logs.get_logger("tests.log") if ours else logger)
        finally:
            logger.removeHandler(handler)
        return stream.getvalue()

    write.is_json = request.param
    return write


def test_p17_an_event_is_one_line_with_its_moment_in_utc_and_its_fields(said):
    line = said(lambda log: log.warning("too_busy", at="settle", then='it "waits"'))
    assert line.count("\n") == 1
    if said.is_json:
        told = json.loads(line)
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", told.pop("timestamp"))
        expected = {"level": "warning", "logger": "tests.log", "event": "too_busy", "at": "settle"}
        assert told == expected | {"then": 'it "waits"'}
    else:
        rest = r'WARNING tests\.log too_busy at=settle then="it \\"waits\\""$'
        assert re.match(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{3}}Z {rest}", line)


def test_p17_each_line_says_whose_request_it_was_also_a_librarys(said):
    with bound_contextvars(request_id="4711", user_id=3):
        for ours in (True, False):
            line = said(lambda log: log.error("it happened"), ours=ours)
            assert all(word in line for word in ("4711", "user_id", "it happened", "tests.log")), line


@pytest.mark.parametrize("character", ["\n", "\r", "\x1b", "\x00", "\x85", "\u2028", "\u202e", "\x9b"])
def test_p17_nothing_that_is_logged_begins_a_line_or_steers_a_terminal(said, character):
    """P17: not as a field, an event, a library's argument, nor an exception's text."""
    forged = f"x{character}2026-01-01 00:00:00.000Z INFO wallet forged"

    def fail(log):
        try:
            {}[Plain(forged)]
        except KeyError:
            log.exception("failed")

    calls = [lambda log: log.info("said", field=forged), lambda log: log.info(forged)]
    calls.append(lambda log: log.info("said", user=[forged]))
    lines = [said(call) for call in calls] + [said(lambda log: log.error("asked %s", forged), ours=False)]
    for line in lines:
        assert line.count("\n") == 1
        assert line.rstrip("\n").isprintable()
    trace = said(fail)
    assert all(one.isprintable() for one in trace.split("\n"))
    assert not any(one.startswith("2026-01-01") for one in trace.split("\n"))
    assert trace.count("\n") == 1 if said.is_json else trace.split("\n")[1].startswith("    ")


def test_p17_the_sites_secrets_are_taken_out_wherever_they_come_from(said):
    """P17: the key, and passwords of addresses, in fields, messages and tracebacks."""
    key, password = 'key-"of"-fifty', "p%40ss-wörd"
    environment = {
        "SECRET_KEY": key,
        "DATABASE_URL": f"postgres://u:{password}@db/site",
        "PATH": "/bin",
        "ODD": "x://[",
    }
    hidden = logs.secrets(environment)

    def fail(log):
        try:
            {}[Plain(environment["DATABASE_URL"])]
        except KeyError:
            log.exception(key, also=[key, "p@ss-wörd"])

    line = said(fail, hidden=hidden)
    assert logs.HIDDEN in line
    assert not any(word in line for word in (key, "fifty", "ss-w", "@ss"))
    assert "KeyError" in line


def test_a_password_that_is_hardly_one_does_not_take_words_apart():
    assert logs.secrets({"CELERY_BROKER_URL": "amqp://guest:guest@127.0.0.1//"}) == []


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/conversions/CV-7K2M-94QX/confirm/", "/conversions/CV-7K2M-94QX/confirm/"),
        (
            "/accounts/password/reset/key/1-c8k0xw-0123456789abcdef0123456789abcdef/",
            "/accounts/password/reset/key/***/",
        ),
        ("/accounts/confirm-email/MQ:1vOabc:0123456789-abcdefghijk/", "/accounts/confirm-email/***/"),
        (
            "/admin/wallet/transaction/0193a1b2-0000-7000-8000-0123456789ab/change/",
            "/admin/wallet/transaction/0193a1b2-0000-7000-8000-0123456789ab/change/",
        ),
        ("/x/0193a1b2-0000-7000-8000-0123456789abcdef/", "/x/***/"),
    ],
)
def test_what_may_be_a_key_in_an_address_is_left_out(path, logged):
    assert logs.without_keys(path) == logged


@pytest.fixture
def site(tmp_path):
    with running(tmp_path, everything=False) as site:
        site.prepare()
        site.environment["SECRET_KEY"] = f"{PLANTED}-key-{'k' * 50}"
        yield site


def everything_written(site):
    return {name.stem: site.log(name.stem) for name in site.folder.glob("*.log")}


def options(browser):
    """What the open page asks a passkey."""
    return browser.page.find("[data-passkey]")["data-options"]


def use_every_factor(browser):
    """Sets up codes and a passkey for who is signed in, and signs in by each; whatever of it nobody else may know."""
    page, step = "/settings/security/", "/accounts/login/code/"
    browser.open(f"{page}codes/")
    browser.post(browser.address, password="demo")
    shown = browser.page.find("#secret").text
    key = shown.replace(" ", "")
    browser.post(f"{page}codes/", code=TYPED)
    first = code(key)
    browser.post(f"{page}codes/", code=first)
    spare = [item.text for item in browser.page.select("#codes li")]
    browser.open(f"{page}recovery-codes.txt")
    browser.open(f"{page}passkeys/new/")
    passkey = Passkey(browser.site.url)
    credentials = [passkey.made(options(browser))]
    browser.post(f"{page}passkeys/new/", name="Phone", credential=credentials[0])
    for fields in ({"code": TYPED}, {"code": spare[0]}, {"credential": f'{{"id": "{PLANTED}"}}'}, {}):
        browser.open("/settings/")
        browser.post("/accounts/logout/")
        browser.sign_in()
        credentials += [] if fields else [passkey.used(options(browser))]
        browser.post(step, **(fields or {"credential": credentials[-1]}))
        assert browser.address.endswith(step) == (TYPED in fields.values() or PLANTED in str(fields))
    return [shown, key, first, *spare, *(word for sent in credentials for word in words(json.loads(sent)))]


def words(sent):
    """All that stands in a credential, however deep, but its kind."""
    inner = (
        words(value) if isinstance(value, dict) else [str(value)] for name, value in sent.items() if name != "type"
    )
    return [word for found in inner for word in found if len(word) > 5]


def is_in(secret, text):
    """Whether it stands there by itself: six digits may be part of a longer number."""
    return re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text) is not None


def test_p17_no_process_writes_a_secret_not_even_when_all_fails(site):
    """P17: what a browser sends, the factors of an account and what the environment holds, on a site that works and on one
    whose every server is away."""
    planted = f"{PLANTED}@127.0.0.1:1"
    site.environment |= {"PRICE_SOURCE": "exchange", "EXCHANGE_URL": f"http://u:{planted}/"}
    site.start_web()
    browser = Browser(site)
    browser.open("/accounts/login/")
    browser.post("/accounts/login/", login=f"{PLANTED}-name", password=f"{PLANTED}-password")
    browser.sign_in()
    cookies = {cookie.value for cookie in browser.cookies}
    factors = use_every_factor(browser)
    cookies |= {cookie.value for cookie in browser.cookies}
    browser.open(f"/accounts/password/reset/key/1-{PLANTED}/")
    browser.open(f"/accounts/confirm-email/{PLANTED}/")
    browser.open(f"/nothing/?code={PLANTED}&next=/{PLANTED}/")
    browser.post(f"/settings/?token={PLANTED}", time_zone=PLANTED, code=PLANTED)
    browser.post("/conversions/CV-0000-0000/confirm/", code=PLANTED)
    site.start_worker("prices", "prices")
    site.start_beat()
    wait_for(lambda: "market_failed" in site.log("prices"), what="word of the market")
    site.environment |= {"DATABASE_URL": f"postgres://u:{planted}/site", "CELERY_BROKER_URL": f"redis://:{planted}/1"}
    site.start("lost", "gunicorn", "dustsite.wsgi", "--bind", f"127.0.0.1:{site.port + 1}", "--threads", "2")
    site.start("lost-worker", "celery", "--app", "dustsite", "worker", "--pool", "solo")
    site.start("lost-beat", "celery", "--app", "dustsite", "beat")
    for name in ("lost-worker", "lost-beat"):
        wait_for(lambda name=name: "onnect" in site.log(name), what=f"word of {name}")

    sent = {"csrfmiddlewaretoken": browser.page.select("[name=csrfmiddlewaretoken]")[0]["value"], "code": TYPED}

    def asks():
        with contextlib.suppress(OSError):
            browser.open(f"http://127.0.0.1:{site.port + 1}/accounts/login/code/", sent)
            browser.open(f"http://127.0.0.1:{site.port + 1}/wallet/")
        return "request_failed" in site.log("lost")

    wait_for(asks, what="word of a fault")
    written = everything_written(site)
    assert "Traceback" in written["lost"]
    assert "sign_in_failed" in written["web"]
    for name, text in written.items():
        assert [secret for secret in (TYPED, *cookies) if secret in text] == [], name
        assert [secret for secret in factors if is_in(secret, text)] == [], name
