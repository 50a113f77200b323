"""The main job on real processes: web, worker and beat through the broker that the environment names, no browser needed."""

import json
import os
import re
import urllib.request

import pytest

from tests.support import exchange as stand_in
from tests.support.site import ROOT, Browser, running, wait_for

ENDS = ("You received", "Nothing was converted", "We couldn’t convert")


def finished(browser, path):
    """The page at the path once its conversion has ended."""
    page = browser.open(path)
    return page if any(end in page.text for end in ENDS) else None


def convert(browser, *codes):
    """Convert and Confirm; the conversion's path."""
    browser.open("/wallet/dust/")
    browser.post("/wallet/dust/", asset=codes)
    path = re.search(r"/conversions/CV-\w{4}-\w{4}/", browser.address)[0]
    browser.post(f"{path}confirm/")
    return path


@pytest.fixture
def site(tmp_path):
    """One site at a time: two that share a broker would take each other's messages."""
    with running(tmp_path) as site:
        yield site


def test_the_main_job_end_to_end(site):
    browser = Browser(site)
    browser.sign_in()
    assert "Fiat and Spot" in browser.page.text
    assert "14 small balances" in browser.page.text
    path = convert(browser, "DOGE", "ETH", "LINK")
    page = wait_for(lambda: finished(browser, path), what="the conversion")
    received = page.find("h1").text.removeprefix("You received ")
    assert received.endswith(" BNB")
    assert received in browser.open("/conversions/").text
    assert "11 small balances" in browser.open("/wallet/").text
    assert "You can convert again" in browser.page.text
    assert "The ledger is balanced." in site.manage("audit_ledger")


def test_p17_the_request_that_confirms_is_named_where_it_is_settled(tmp_path):
    """P17: from the web process through the broker and two tasks to the line that says how it ended.

    Without beat, whose round of prices might come first: that is nobody's request.
    """
    with running(tmp_path, everything=False) as site:
        site.prepare()
        site.start_web()
        site.start_worker()
        site.start_worker("prices", "prices")
        browser = Browser(site)
        browser.sign_in()
        reference = convert(browser, "DOGE").split("/")[2]

        def said(event, process):
            return re.search(rf"{event} reference={reference} .*request_id=(\S+).*", site.log(process))

        asked = wait_for(lambda: said("conversion_confirmed", "web"), what="word of Confirm")
        settled = wait_for(lambda: said("conversion_completed", "worker"), what="word of the settlement")
        assert settled[1] == asked[1]
        assert "user_id=" in asked[0]
        assert "address=127.0.0.1" in asked[0]
        assert "address=" not in settled[0]  # a broker is told of nobody


def test_beat_keeps_prices_fresh_and_the_pulse_going(site):
    def health():
        return json.load(urllib.request.urlopen(f"{site.url}/healthz"))

    wait_for(lambda: health()["last_beat_seconds"] is not None, what="the first sweep")
    wait_for(lambda: health()["price_age_seconds"] > 3, what="prices that grow old")
    wait_for(lambda: health()["price_age_seconds"] < 3, what="a round of prices by beat")


def test_what_lost_its_message_is_finished_by_the_sweep(tmp_path):
    with running(tmp_path, everything=False) as site:
        site.prepare()
        site.start_web()
        browser = Browser(site)
        browser.sign_in()
        path = convert(browser, "DOGE")
        # Nobody was there to take the message, and it is lost.
        if "CELERY_BROKER_URL" not in os.environ:
            folder = next(tmp_path.glob("*.broker"), None)
            for message in folder.glob("*.msg") if folder else ():
                message.unlink()
        assert "Converting 1 balance" in browser.open(path).text
        site.start_worker()
        site.start_worker("prices", "prices")
        site.start_beat()
        assert "You received" in wait_for(lambda: finished(browser, path), what="the conversion").text


def test_one_worker_without_options_does_everything(tmp_path):
    with running(tmp_path, everything=False) as site:
        site.prepare()
        site.start_web()
        site.start("worker", "celery", "-A", "dustsite", "worker", "--pool", "solo")
        browser = Browser(site)
        browser.sign_in()
        path = convert(browser, "DOGE")
        assert "You received" in wait_for(lambda: finished(browser, path), what="the conversion").text


def celery_commands(document):
    """The lines that start Celery's processes, as operators are told to; in .Procfile after each process's name."""
    lines = (ROOT / document).read_text().splitlines()
    return [found[0] for line in lines if (found := re.search(r"([A-Z_]+=\S+ )*(exec )?celery .*--app .*", line))]


@pytest.mark.parametrize("document", ["docs/operating.md", ".Procfile"])
def test_with_the_documented_commands_the_log_says_what_was_completed_and_that_the_audit_passed(tmp_path, document):
    """P17: the operators' log, of the processes that they start and no other."""
    with running(tmp_path, everything=False) as site:
        site.prepare()
        site.start_web()
        commands = celery_commands(document)
        for number, command in enumerate(commands):
            site.start(f"celery{number}", "/bin/sh", "-c", command)
        browser = Browser(site)
        browser.sign_in()
        reference = convert(browser, "DOGE").split("/")[2]

        def log():
            return "".join(site.log(f"celery{number}") for number in range(len(commands)))

        moment = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z"
        completed = rf"{moment} INFO wallet\.\S+ conversion_completed .*reference={reference}\b"
        wait_for(lambda: re.search(completed, log(), re.MULTILINE), what="word of the conversion")
        passed = rf"{moment} INFO wallet\.\S+ audit_passed\b"
        wait_for(lambda: re.search(passed, log(), re.MULTILINE), what="word of the audit")
        if document == ".Procfile":  # where a demonstration runs as root, the line with its address stays in sight
            assert "superuser" not in log()


def test_a_live_market_is_valued_and_converted_at_exactly_its_prices(tmp_path):
    with stand_in.running() as (market, url):
        market.prices["DOGEUSDT"] = "0.07900000"
        live = {"PRICE_SOURCE": "exchange", "EXCHANGE_ID": "binance", "EXCHANGE_URL": url}
        with running(tmp_path, **live) as site:
            browser = Browser(site)
            browser.sign_in()
            path = convert(browser, "DOGE", "ETH")
            page = wait_for(lambda: finished(browser, path), what="the conversion")
    # 48.7731 DOGE × 0.079 ÷ 18229.9 ÷ 0.015516 = 0.013622…; 0.0012941 ETH × 0.07657 ÷ 0.015516 = 0.006386…
    doge = 487731 * 79 * 10**8 * 10**6 * 10 // (10**4 * 10**3 * 182299 * 15516)
    eth = 12941 * 7657 * 10**8 * 10**6 // (10**7 * 10**5 * 15516)
    assert page.find("h1").text == f"You received 0.{doge + eth:08d} BNB"
    assert f"0.{doge:08d}" in page.text
    assert f"0.{eth:08d}" in page.text
    assert "DOGEUSDT 0.07900000" in page.text
