"""The wallet."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.support.states import visitors
from tests.support.tour import Tour, state


@state("wallet")
def wallet(tour: Tour) -> Iterator[Page]:
    """Small balances can be converted"""
    yield tour.open("/wallet/", tour.mira)


@state("wallet", is_whole=False)
def wallet_menus(tour: Tour) -> Iterator[Page]:
    """The menus are open: on a phone the pages, on a desk the account"""
    page = tour.open("/wallet/", tour.mira)
    page.evaluate("document.querySelectorAll('.top details').forEach((menu) => { menu.open = true; })")
    yield page


@state("wallet")
def wallet_wait(tour: Tour) -> Iterator[Page]:
    """The wait is running"""
    yield tour.open("/wallet/", visitors.waiting(tour))


@state("wallet")
def wallet_running(tour: Tour) -> Iterator[Page]:
    """A conversion is in progress"""
    yield tour.open("/wallet/", visitors.converting(tour))


@state("wallet")
def wallet_none(tour: Tour) -> Iterator[Page]:
    """No small balance"""
    yield tour.open("/wallet/", tour.stage.customer(holdings={"BTC": "0.5", "BNB": "1.25"}))


@state("wallet")
def wallet_refused_only(tour: Tour) -> Iterator[Page]:
    """Small balances that can't be converted"""
    yield tour.open("/wallet/", tour.stage.customer(holdings={"BTC": "0.5", "CRO": "41.6", "FTT": "2.5"}))


@state("wallet")
def wallet_empty(tour: Tour) -> Iterator[Page]:
    """Nothing at all"""
    yield tour.open("/wallet/", tour.stage.customer(holdings={}))


@state("wallet")
def wallet_paused(tour: Tour) -> Iterator[Page]:
    """Operators have closed conversions"""
    with tour.closed():
        yield tour.open("/wallet/", tour.mira)


@state("wallet")
def wallet_unpriced(tour: Tour) -> Iterator[Page]:
    """No prices"""
    tour.stage.no_prices()
    yield tour.open("/wallet/", tour.mira)


@state("wallet")
def wallet_bnb_kept_out(tour: Tour) -> Iterator[Page]:
    """BNB's price is missing, and the card says why"""
    tour.stage.keep_out(whys={"BNB": "jump"})
    yield tour.open("/wallet/", tour.mira)


@state("wallet")
def wallet_search(tour: Tour) -> Iterator[Page]:
    """A search with matches"""
    page = tour.open("/wallet/", tour.mira)
    page.fill("#search", "co")
    page.wait_for_url("**/wallet/?q=co*")
    yield page


@state("wallet")
def wallet_no_match(tour: Tour) -> Iterator[Page]:
    """A search without a match"""
    yield tour.open("/wallet/?q=zzz", tour.mira)


@state("wallet")
def wallet_hidden(tour: Tour) -> Iterator[Page]:
    """Small balances are hidden"""
    yield tour.open("/wallet/?hide=1&sort=name", tour.mira)


@state("wallet")
def wallet_all_hidden(tour: Tour) -> Iterator[Page]:
    """All balances are small, and hidden"""
    yield tour.open("/wallet/?hide=1", tour.stage.customer(holdings={"DOGE": "20", "ETH": "0.001"}))


@state("wallet")
def wallet_300(tour: Tour) -> Iterator[Page]:
    """300 assets"""
    yield tour.open("/wallet/", tour.stage.customer(many=300))


@state("wallet")
def wallet_stress(tour: Tour) -> Iterator[Page]:
    """The longest name, 18 decimals, large and tiny amounts"""
    yield tour.open("/wallet/", visitors.stressed(tour))


@state("movements")
def movements(tour: Tour) -> Iterator[Page]:
    """What came and went: the longest name, 18 decimals, large and tiny amounts"""
    yield tour.open("/wallet/movements/", visitors.stressed(tour))


@state("movements")
def movements_none(tour: Tour) -> Iterator[Page]:
    """Nothing yet"""
    yield tour.open("/wallet/movements/", tour.stage.customer(holdings={}))
