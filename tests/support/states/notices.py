"""What stands over a page when the network, the server or the operators are in the way."""

from collections.abc import Callable, Iterable, Iterator

from playwright.sync_api import Page, Route, expect

from tests.support.tour import CHOSEN, NO_NETWORK, STATUS, Tour, press, state


@state("dust")
def closed_too_late(tour: Tour) -> Iterator[Page]:
    """Review was pressed after operators closed conversions"""
    page = tour.open(CHOSEN, tour.mira, script=False, expects=[f"{STATUS} 503"])
    with tour.closed():
        press(page, "#convert")
        yield page


@state("wallet")
def closing_planned(tour: Tour) -> Iterator[Page]:
    """A closing is announced"""
    with tour.closed(ahead=True):
        yield tour.open("/wallet/", tour.mira)


def warned(tour: Tour, expects: Iterable[str], answer: Callable[[Route], None]) -> Page:
    """An estimate that went wrong in this way."""
    page = tour.open(CHOSEN, tour.mira, expects=expects)
    page.route("**/estimate/", answer)
    page.check("#choose-XRP")
    expect(page.locator("#warn")).not_to_be_empty()
    return page


@state("dust", is_whole=False)
def offline(tour: Tour) -> Iterator[Page]:
    """No network"""
    yield warned(tour, NO_NETWORK, lambda route: route.abort("internetdisconnected"))


@state("dust", is_whole=False)
def warned_many(tour: Tour) -> Iterator[Page]:
    """Too many requests, under htmx"""
    refused = [f"{STATUS} 429", "Response Status Error Code 429"]
    yield warned(tour, refused, lambda route: route.fulfill(status=429))


@state("dust", is_whole=False)
def warned_fault(tour: Tour) -> Iterator[Page]:
    """A fault, under htmx"""
    failed = [f"{STATUS} 500", "Response Status Error Code 500"]
    yield warned(tour, failed, lambda route: route.fulfill(status=500))
