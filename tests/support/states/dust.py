"""The dust page: what can be converted, what is ticked, what it would bring."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.support.states import visitors
from tests.support.tour import CHOSEN, STATUS, Tour, press, state

KEPT_OUT = {
    "ADA": "closed",
    "TRX": "wide",
    "XRP": "disagree",
    "DOGE": "jump",
    "LINK": "venues",
    "DOT": "alone",
    "XLM": "unusable",
    "VET": "untraded",
}


@state("dust")
def dust(tour: Tour) -> Iterator[Page]:
    """First visit: nothing is ticked"""
    yield tour.open("/wallet/dust/", tour.mira)


@state("dust")
def dust_nothing(tour: Tour) -> Iterator[Page]:
    """Review was pressed with nothing ticked"""
    page = tour.open("/wallet/dust/", tour.mira, expects=[f"{STATUS} 422"])
    press(page, "#convert")
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("dust")
def dust_some(tour: Tour) -> Iterator[Page]:
    """Some are ticked"""
    yield tour.open(CHOSEN, tour.mira)


@state("dust", is_whole=False)
def dust_seen(tour: Tour) -> Iterator[Page]:
    """Some are ticked, as the window shows it"""
    yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_all(tour: Tour) -> Iterator[Page]:
    """All are ticked"""
    yield tour.open("/wallet/dust/?all=1", tour.mira)


@state("dust")
def dust_updating(tour: Tour) -> Iterator[Page]:
    """The estimate is on its way for longer than 400 ms"""
    page = tour.open(CHOSEN, tour.mira)
    tour.hold(page, "**/estimate/")
    page.check("#choose-XRP")
    expect(page.locator("#summary .updating")).to_be_visible()
    yield page


@state("dust")
def dust_old(tour: Tour) -> Iterator[Page]:
    """Prices are two minutes old"""
    tour.stage.observe(ago=125)
    yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_updated(tour: Tour) -> Iterator[Page]:
    """Update prices was pressed"""
    page = tour.open(CHOSEN, tour.mira)
    tour.stage.observe(changes={"DOGE": "-1.2"})
    press(page, "#update")
    expect(page.locator("#say")).not_to_be_empty()
    yield page


@state("dust")
def dust_one_unpriced(tour: Tour) -> Iterator[Page]:
    """The price of a ticked asset went missing"""
    page = tour.open(CHOSEN, tour.mira)
    tour.stage.observe(gone=["DOGE"])
    press(page, "#update")
    expect(page.locator("#choose-DOGE")).to_have_count(0)
    yield page


@state("dust")
def dust_kept_out(tour: Tour) -> Iterator[Page]:
    """Prices that are missing, each for another reason"""
    visitor = tour.stage.customer(holdings={"LTC": "0.01", **dict.fromkeys(KEPT_OUT, "1")})
    tour.stage.keep_out(whys=KEPT_OUT)
    page = tour.open("/wallet/dust/", visitor)
    press(page, "#refused summary")
    yield page


@state("dust")
def dust_bnb_kept_out(tour: Tour) -> Iterator[Page]:
    """BNB's price is missing, and the page says once why"""
    tour.stage.keep_out(whys={"BNB": "venues"})
    yield tour.open("/wallet/dust/", tour.mira)


@state("dust")
def dust_unpriced(tour: Tour) -> Iterator[Page]:
    """No prices"""
    tour.stage.no_prices()
    yield tour.open("/wallet/dust/", tour.mira)


@state("dust")
def dust_wait(tour: Tour) -> Iterator[Page]:
    """The wait is running"""
    yield tour.open("/wallet/dust/?asset=ETH&asset=LINK", visitors.waiting(tour))


@state("dust")
def dust_running(tour: Tour) -> Iterator[Page]:
    """A conversion is in progress"""
    yield tour.open(CHOSEN, visitors.converting(tour))


@state("dust")
def dust_paused(tour: Tour) -> Iterator[Page]:
    """Operators have closed conversions"""
    with tour.closed():
        yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_none(tour: Tour) -> Iterator[Page]:
    """No small balance"""
    yield tour.open("/wallet/dust/", tour.stage.customer(holdings={"BNB": "1.25"}))


@state("dust")
def dust_refused_only(tour: Tour) -> Iterator[Page]:
    """Only balances that can't be converted"""
    yield tour.open("/wallet/dust/", tour.stage.customer(holdings={"BTC": "0.5", "CRO": "41.6", "FTT": "2.5"}))


@state("dust")
def dust_changed(tour: Tour) -> Iterator[Page]:
    """A balance changed since the page was made"""
    visitor = tour.stage.customer()
    page = tour.open(CHOSEN, visitor, expects=[f"{STATUS} 422"])
    tour.stage.deposit(name=visitor["name"], code="ETH", amount="0.0001")
    press(page, "#convert")
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("dust")
def dust_search(tour: Tour) -> Iterator[Page]:
    """A search that hides ticked rows"""
    page = tour.open(CHOSEN, tour.mira)
    page.fill("#find", "do")
    yield page


@state("dust")
def dust_no_match(tour: Tour) -> Iterator[Page]:
    """A search without a match"""
    page = tour.open(CHOSEN, tour.mira)
    page.fill("#find", "zzz")
    yield page


@state("dust")
def dust_reasons(tour: Tour) -> Iterator[Page]:
    """Every reason why not"""
    page = tour.open("/wallet/dust/", tour.mira)
    press(page, "#refused summary")
    yield page


@state("dust")
def dust_fee(tour: Tour) -> Iterator[Page]:
    """With a fee of 2%"""
    with tour.fee("2"):
        yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_one(tour: Tour) -> Iterator[Page]:
    """One asset"""
    yield tour.open("/wallet/dust/?all=1", tour.stage.customer(holdings={"DOGE": "48.7731"}))


@state("dust")
def dust_300(tour: Tour) -> Iterator[Page]:
    """300 assets, all ticked"""
    yield tour.open("/wallet/dust/?all=1", tour.stage.customer(many=300))


@state("dust")
def dust_stress(tour: Tour) -> Iterator[Page]:
    """The longest name, 18 decimals, large and tiny amounts"""
    yield tour.open("/wallet/dust/?all=1", visitors.stressed(tour))


@state("dust")
def dust_plain(tour: Tour) -> Iterator[Page]:
    """Without JavaScript"""
    yield tour.open(CHOSEN, tour.mira, script=False)
