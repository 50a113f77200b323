"""What holds on every page alike: the policy's figures, the fee, words that promise too much, and that nobody keeps it."""

import gzip
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from tests.support import factories
from tests.support.html import read
from wallet import conversions

HTMX = {"HX-Request": "true"}
PROMISES = re.compile(r"\b(locked|guarante|garantier)", re.IGNORECASE)
# How the article's figures read, and those of the policy that takes their place.
OLD = [r"0\.0012\b", r"\b6 hours", r"(?<![\d.])5%"]
NEW = {"limit": r"0\.0007 BTC", "wait": r"\b1 hour 30 minutes", "tolerance": r"(?<![\d.])2\.5%", "fee": r"(?<![\d.])3%"}
SAID_ON = {
    "limit": {"wallet", "dust", "selection", "nothing", "help"},
    "wait": {"dust", "selection", "stopped", "help"},
    "tolerance": {"dust", "selection", "review", "dialog", "stopped", "completed", "help"},
    "fee": {"dust", "selection", "estimate", "review", "dialog", "completed", "help"},
}


@pytest.fixture
def pages(signed_in, world):
    """Makes the answers of every page, from the first visit to the receipt, under the policy in force."""

    def visit():
        found = {}

        def look(name, path, method="get", **options):
            found[name] = getattr(signed_in, method)(path, **options)

        look("wallet", "/wallet/")
        look("dust", "/wallet/dust/")
        look("selection", "/wallet/dust/?all=1")
        look("estimate", "/wallet/dust/estimate/", "post", data={"asset": ["DOGE", "ETH"]}, headers=HTMX)
        look("problem", "/wallet/dust/", "post", data={})
        stopped = world.quoted("DOGE")
        look("review", f"/conversions/{stopped.reference}/")
        look("dialog", f"/conversions/{stopped.reference}/", headers=HTMX)
        world.clock.tick(seconds=1)
        conversions.confirm(user=world.user, reference=stopped.reference)
        look("progress", f"/conversions/{stopped.reference}/")
        look("running", "/conversions/")
        world.clock.tick(seconds=1)
        world.observe(DOGE="0.000001")
        conversions.settle(reference=stopped.reference)
        look("stopped", f"/conversions/{stopped.reference}/")
        world.observe(DOGE="0.000002")
        done = world.settled("DOGE", "ETH", "EUR")
        look("completed", f"/conversions/{done.reference}/")
        look("nothing", "/wallet/dust/")
        look("waiting", "/wallet/")
        look("history", "/conversions/")
        look("none", "/conversions/?status=failed")
        for name in ("settings", "help", "missing"):
            look(name, f"/{name}/")
        look("json", f"/conversions/{done.reference}.json")
        look("csv", f"/conversions/{done.reference}.csv")
        look("file", "/conversions/export.csv")
        return found

    return visit


def written(pages, text):
    return {name: text(page) for name, page in pages.items() if "html" in page.headers["Content-Type"]}


def test_a_change_of_the_policy_changes_every_sentence(pages, text):
    factories.policy(
        dust_limit_btc=Decimal("0.0007"), interval_seconds=5400, tolerance_percent=Decimal("2.5"), fee_percent=3
    )
    words = written(pages(), text)
    for name, said in words.items():
        assert [figure for figure in OLD if re.search(figure, said)] == [], name
    for rule, figure in NEW.items():
        assert {name for name in SAID_ON[rule] if not re.search(figure, words[name])} == set(), rule


@pytest.mark.parametrize(("percent", "said"), [(0, "None"), (2, r"2% · 0\.\d{8} BNB")], ids=["none", "2%"])
def test_the_fee_stands_wherever_a_price_does(pages, text, percent, said):
    factories.policy(fee_percent=percent)
    words = written(pages(), text)
    for name in ("selection", "estimate", "review", "dialog"):
        assert re.search(f"Fee {said}", words[name]), name
    assert re.search(r"Fee (None|2%)", words["dust"])
    for name in ("completed", "history"):
        assert re.search(r"Fee None" if percent == 0 else r"Fee 0\.\d{8}", words[name]), name
    assert "Fee None" in words["stopped"]


def test_no_page_promises_a_price(pages, text):
    for name, said in written(pages(), text).items():
        assert not PROMISES.search(said), name


def test_no_text_promises_a_price():
    """Nor do the words that no page happens to show here, in whatever language."""
    for pattern in ("templates/**/*.html", "static/js/*.js", "wallet/refusals.py", "wallet/locale/**/*.po"):
        for path in Path(settings.BASE_DIR).glob(pattern):
            promised = PROMISES.search(path.read_text())
            assert not promised, f"{path}: {promised}"


def test_no_page_has_what_htmx_is_spared_to_look_for():
    """`static/js/site.js` takes its search for hx-on from htmx."""
    pages = list(Path(settings.BASE_DIR).glob("templates/**/*.html"))
    assert pages
    assert [path for path in pages if "hx-on" in path.read_text()] == []


def test_nobody_keeps_what_a_customer_sees(pages):
    for name, page in pages().items():
        assert "no-store" in page.headers["Cache-Control"], name


def test_bnb_has_eight_decimals_and_a_minus_is_no_hyphen_on_every_page(pages, text):
    factories.policy(fee_percent=2)
    for name, page in written(pages(), text).items():
        said = re.sub(r"CV-\w{4}-\w{4}", "", page)  # its letters are drawn by lot, and may look like a number
        assert {len(decimals) for decimals in re.findall(r"\d\.(\d+) BNB\b", said)} <= {8}, name
        assert not re.search(r"(?<![\w-])-\d|\d[eE][+-]?\d|\bNaN\b", said), name


def test_the_address_alone_leads_to_the_wallet(client, db):
    assert client.get("/").headers["Location"] == "/wallet/"


@pytest.mark.parametrize("path", ["/", "/wallet/", "/accounts/login/", "/nothing/", "/healthz", "/metrics", "/admin/"])
def test_p16_every_response_carries_the_strict_policy(client, db, path):
    """P16: signed in or out, found or not."""
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_regions_that_speak_are_empty_at_load(signed_in):
    page = read(signed_in.get("/wallet/dust/"))
    for name in ("say", "say-dialog"):
        assert (page.find(f"#{name}")["role"], page.find(f"#{name}")["aria-atomic"]) == ("status", "true")
        assert page.find(f"#{name}").children == []
    for name in ("warn", "warn-dialog"):
        assert page.find(f"#{name}")["role"] == "alert"
        assert page.find(f"#{name}").children == []


def test_what_the_browser_loads_is_within_its_weight():
    """Each file compressed by itself, as it is sent. What the browser loads on every page; passkeys' script is on the pages
    that have a button for one, and small for itself."""

    def weight(folder):
        return sum(
            len(gzip.compress(file.read_bytes())) for file in Path(settings.BASE_DIR / "static" / folder).iterdir()
        )

    assert 0 < weight("js") <= 4096
    assert 0 < weight("css") <= 10_240
    assert 0 < weight("passkey") <= 1024
