"""P20: the people who run it do every task of a day in the admin: from an empty database, each in five clicks at most."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.accessible import assert_accessible
from tests.support.desk import PASSWORD, Desk
from tests.support.journey import convert
from tests.support.site import running, wait_for

ASSETS = """code,name,scale,status
BNB,BNB,8,listed
BTC,Bitcoin,8,listed
DOGE,Dogecoin,8,listed
ETH,Ethereum,8,listed
SOL,Solana,8,listed
"""
# The first start, which the guide does in a shell: docs/first-start.md.
FIRST = """
from tests.support import factories
for name in ("ada", "alba"):
    user = factories.staff("administrator", name)
    user.set_password("{password}")
    user.save()
"""
STAFF = {"tom": "treasury", "tina": "treasury", "rita": "risk", "rolf": "risk", "sam": "support"}
WHY = {"reason": "It is the day’s work.", "evidence": "Ticket 1"}


@pytest.fixture
def site(tmp_path):
    with running(tmp_path, everything=False) as site:
        site.manage("migrate", "--verbosity", "0")
        site.manage("createcachetable")
        site.manage("shell", "-c", FIRST.format(password=PASSWORD))
        site.start_web()
        site.start_worker("prices", "prices")
        site.start_worker("upkeep", "upkeep")
        site.start_beat()
        yield site


@pytest.fixture
def desk(chromium, site):
    """Opens a browser for somebody; nothing may have been complained of in any when the day is over."""
    desks = []

    def opened(name):
        desks.append(Desk(chromium, site.url, name))
        return desks[-1]

    yield opened
    complaints = [one for desk in desks for one in desk.complaints]
    for one in desks:
        one.context.close()
    assert complaints == []


def make_people(desk, ada, alba):
    """Administrators make everybody; who they are is theirs alone to say, by a mail."""
    people = {}
    for name in [*STAFF, "cora", "carl"]:
        with ada.task("make an account"):
            ada.model("Add Users")
            ada.fill(username=name, email=f"{name}@example.com")
            ada.button("Save")
            ada.told("is on its way")
        people[name] = desk(name)
        people[name].choose_password()
    for name, role in STAFF.items():
        ada.propose("role of an account", user=name, role=role, reason="Works here.")
        alba.approve()
        people[name].sign_in()
    return people


def list_assets(risk, tmp_path):
    with risk.task("add assets from a file"):
        risk.model("Assets")
        risk.link("Add from a file")
        risk.choose(tmp_path / "assets.csv", ASSETS)
        risk.button("Add all of them")
        risk.told("5 assets were added.")


def guard_the_treasury(treasury, risk):
    """What was bought is booked by two; limits are in force at once, and close conversions below a floor."""
    booking = {"bought": "BNB", "bought_amount": "10", "reference": "order 1"}
    treasury.propose("what was bought or sold outside", **booking, **WHY)
    risk.approve()
    for side, warn, stop in (("floor: no less than", "2", "1"), ("ceiling: no more than", "500", "1000")):
        with treasury.task("set a limit"):
            treasury.model("Add Treasury limits")
            treasury.fill(asset="BNB", side=side, warn=warn, stop=stop, reason="Ours.")
            treasury.button("Save")
            treasury.told("was added")
    with treasury.task("read the treasury"):
        treasury.model("House accounts")
        treasury.link("Treasury")
        expect(treasury.page.locator("#position tbody tr", has_text="BNB")).to_contain_text("10")
        assert_accessible(treasury.page)
    with treasury.task("take the treasury along"):
        treasury.model("House accounts")
        treasury.link("Treasury")
        with treasury.page.expect_download() as download:
            treasury.link("As CSV")
        assert "BNB" in download.value.path().read_text()


def move_money(treasury, other, tmp_path):
    """Everything that moves a balance, each by two."""
    for number, name in enumerate(("cora", "carl")):
        fields = {"user": name, "asset": "DOGE", "amount": "100", "reference": f"bank {number}"}
        treasury.propose("deposit", **fields, **WHY)
        other.approve()
    wrong = {"user": "cora", "asset": "ETH", "amount": "0.5", "reference": "bank 9"}
    treasury.propose("deposit", **wrong, **WHY)
    other.approve()
    treasury.propose("reversal of a deposit", deposit="bank 9", **WHY)
    other.approve()
    out = {"user": "cora", "asset": "DOGE", "amount": "10", "reference": "chain 1"}
    treasury.propose("withdrawal", **out, **WHY)
    other.approve()
    up = {"user": "cora", "asset": "DOGE", "amount": "1", "direction": "up"}
    treasury.propose("correction of a balance", **up, **WHY)
    other.approve()
    with treasury.task("a file of movements"):
        treasury.model("Proposals")
        treasury.link("file of movements")
        treasury.choose(tmp_path / "moves.csv", "reference,user,asset,amount\nf1,cora,SOL,0.01\nf2,carl,SOL,0.01\n")
        treasury.fill(**WHY)
        treasury.button("Preview")
        expect(treasury.page.locator("#preview")).to_contain_text("2 rows")
        treasury.button("Propose")
        treasury.told("Another operator has to approve it.")
    other.approve()


def a_typo_in_the_policy(risk, other):
    """It needs wider bounds, is warned of, needs two, and is withdrawn before it judges anybody."""
    with risk.task("a policy that cannot be"):
        risk.model("Policy versions")
        risk.link("Propose a policy version")
        risk.fill(dust_limit_btc="1.2", reason="A typo.")
        risk.button("Preview")
        risk.told("Nothing was written.")
    risk.propose("policy version", confirms=True, dust_limit_btc="0.003", reason="More dust.")
    other.approve()
    with risk.task("withdraw a policy version"):
        risk.model("Policy versions")
        risk.click(risk.page.locator("#result_list tbody th a").first)
        risk.link("Withdraw it before it takes effect")
        risk.fill(reason="A typo.")
        risk.button("Withdraw")
        risk.told("ithdrawn")


def keep_assets(risk, tmp_path):
    with risk.task("pause an asset"):
        risk.model("Assets")
        risk.row("ETH")
        risk.link("Pause")
        risk.fill(reason="An upgrade.")
        risk.button("Show what customers will read")
        risk.button("Pause")
        risk.told("Pause: ETH.")
    with risk.task("resume an asset"):
        risk.model("Assets")
        risk.row("ETH")
        risk.link("Resume")
        risk.fill(reason="It is over.")
        risk.button("Resume")
        risk.told("Resume: ETH.")
    with risk.task("delist assets ahead, by a file"):
        risk.model("Assets")
        risk.link("Choose by a file")
        risk.fill(deed="Delist")
        risk.choose(tmp_path / "codes.csv", "code\nETH\n")
        risk.button("Show what it means")
        expect(risk.page.locator("#affected")).to_be_visible()
        assert_accessible(risk.page)
        risk.fill(reason="No volume.", delisted_on=f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}")
        risk.button("Delist")
        risk.told("Delist: ETH.")
    for is_open, words in ((False, "We are counting."), (True, "")):
        with risk.task("close and open"):
            risk.model("Add Openings and closings")
            risk.fill(reason="Counting.", **({"notice": words} if words else {}))
            box = risk.page.locator("#content [name=is_open]")
            if box.is_checked() is not is_open:
                risk.click(box)
            risk.button("Save")
            risk.told("was added")


def help_customers(site, support, cora, carl):
    """No settle worker runs: one is settled by support, one is stopped."""
    for customer in (cora, carl):
        customer.sign_in("/wallet/")
        wait_for_prices(site)
        convert(customer.page, "DOGE")
    with support.task("settle a conversion"):
        support.figure("In progress")
        support.row("cora")
        expect(support.page.locator("#deeds")).to_be_visible()
        assert_accessible(support.page)
        wait_for_prices(site)
        support.page.locator("#deeds [name=reason]").fill("The worker is away.")
        support.button("Settle now")
        support.told("is completed.")
    expect(cora.page.locator("h1")).to_contain_text("You received", timeout=30_000)
    with support.task("stop a conversion"):
        support.figure("In progress")
        support.row("carl")
        support.page.locator("#deeds [name=reason]").fill("He asked for it.")
        support.button("Stop")
        support.told("is stopped.")
    expect(carl.page.locator("main")).to_contain_text("support team", timeout=30_000)
    with support.task("a customer on one screen"):
        support.model("Customers")
        support.row("cora")
        for part in ("DOGE", "Completed", "Reversal", "Signed in"):
            support.told(part)
        assert_accessible(support.page)


def wait_for_prices(site):
    """Waits until prices were observed after this moment."""
    asked = datetime.now(UTC)

    def is_new():
        health = json.loads(urllib.request.urlopen(f"{site.url}/healthz").read())
        age = health["price_age_seconds"]
        return age is not None and age < (datetime.now(UTC) - asked).total_seconds()

    wait_for(is_new, what="a round of prices")


def read_the_day(ada, risk, treasury):
    with risk.task("alerts"):
        risk.click(risk.page.locator("#home p a"))
        risk.told("queue_settle_silent")
        assert_accessible(risk.page)
    with risk.task("what was completed today"):
        risk.figure("Completed")
        risk.row("cora")
        expect(risk.page.locator("#entries")).to_contain_text("BNB")
    with treasury.task("month end"):
        treasury.model("Transactions")
        treasury.link("Month end")
        treasury.told("not final")
    with ada.task("the staff’s log"):
        ada.link("By everybody")
        ada.page.locator("#searchbar").fill("sam")
        ada.button("Search")
        expect(ada.page.locator("#result_list tbody tr", has_text="stopped")).to_have_count(1)
        with ada.page.expect_download() as download:
            ada.link("Export CSV of what the filters leave")
        assert "He asked for it." in download.value.path().read_text()
    with ada.task("somebody leaves"):
        ada.model("Users")
        ada.row("rolf")
        ada.click(ada.page.locator("#id_is_active"))
        ada.button("Save")
        ada.told("was changed successfully")


def test_p20_the_whole_day_is_done_from_the_admin(site, desk, tmp_path):
    """P20."""
    ada, alba = desk("ada"), desk("alba")
    for administrator in (ada, alba):
        administrator.sign_in()
    people = make_people(desk, ada, alba)
    tom, tina, rita, rolf, sam, cora, carl = people.values()
    list_assets(rita, tmp_path)
    guard_the_treasury(tom, rita)
    move_money(tom, tina, tmp_path)
    a_typo_in_the_policy(rita, rolf)
    keep_assets(rita, tmp_path)
    help_customers(site, sam, cora, carl)
    read_the_day(ada, rita, tom)
    assert "The ledger is balanced." in site.manage("audit_ledger")
