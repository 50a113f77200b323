"""The review of a quote: in its dialog over the dust page, and as a page of its own without JavaScript."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.states import visitors
from tests.support.tour import CHOSEN, NO_NETWORK, STATUS, Tour, Visitor, press, spend, state


def expire(page: Page) -> None:
    """The quote's time runs out."""
    spend(page, 31)
    expect(page.locator("#go")).to_have_attribute("formaction", re.compile("renew"))


def fail_to_confirm(page: Page) -> None:
    """Confirm is pressed, and the dialog says why not."""
    press(page, "#go")
    expect(page.locator("#dialog .body .box")).to_be_focused()


def conflict(tour: Tour, happens: Callable[[str], Any]) -> Page:
    """The dialog of a customer to whom, by name, something happens between the review and Confirm."""
    visitor = tour.stage.customer()
    page = tour.review(visitor, CHOSEN, expects=[f"{STATUS} 409"])
    happens(visitor["name"])
    fail_to_confirm(page)
    return page


@state("dust", is_whole=False)
def dialog(tour: Tour) -> Iterator[Page]:
    """The dialog, fresh"""
    yield tour.review(tour.mira, CHOSEN)


@state("dust", is_whole=False)
def dialog_soon(tour: Tour) -> Iterator[Page]:
    """Less than ten seconds left"""
    page = tour.review(tour.mira, CHOSEN)
    spend(page, int(page.locator("#left").get_attribute("data-seconds") or 0) - 10)
    expect(page.locator("#left")).to_contain_text(re.compile(r"(?<![\d:])10(?![\d:])"))
    spend(page, 1)
    expect(page.locator("#say-dialog")).not_to_be_empty()
    yield page


@state("dust", is_whole=False)
def dialog_expired(tour: Tour) -> Iterator[Page]:
    """Out of date"""
    page = tour.review(tour.mira, CHOSEN)
    expire(page)
    yield page


@state("dust", is_whole=False)
def dialog_renewed(tour: Tour) -> Iterator[Page]:
    """Update prices was pressed in it"""
    page = tour.review(tour.mira, CHOSEN)
    tour.stage.observe(changes={"DOGE": "-1.2"})
    expire(page)
    press(page, "#go")
    expect(page.locator("#dialog .body .box")).to_be_visible()
    yield page


@state("dust", is_whole=False)
def dialog_starting(tour: Tour) -> Iterator[Page]:
    """Confirm was pressed"""
    page = tour.review(tour.mira, CHOSEN)
    tour.hold(page, "**/confirm/")
    press(page, "#go")
    expect(page.locator("#go")).to_have_attribute("aria-busy", "true")
    yield page


@state("dust", is_whole=False)
def dialog_conflict(tour: Tour) -> Iterator[Page]:
    """A conversion was started elsewhere"""
    yield conflict(tour, lambda name: tour.stage.run(name=name, codes=["XRP"]))


@state("dust", is_whole=False)
def dialog_changed(tour: Tour) -> Iterator[Page]:
    """A balance changed before Confirm"""
    yield conflict(tour, lambda name: tour.stage.take_half(name=name, codes=["DOGE"]))


@state("dust", is_whole=False)
def dialog_closed(tour: Tour) -> Iterator[Page]:
    """Operators closed conversions before Confirm"""
    page = tour.review(tour.mira, CHOSEN, expects=[f"{STATUS} 503"])
    with tour.closed():
        fail_to_confirm(page)
        yield page


@state("dust", is_whole=False)
def dialog_offline(tour: Tour) -> Iterator[Page]:
    """No network when Confirm was pressed"""
    page = tour.review(tour.mira, CHOSEN, expects=NO_NETWORK)
    page.route("**/confirm/", lambda route: route.abort("internetdisconnected"))
    press(page, "#go")
    expect(page.locator("#warn-dialog")).not_to_be_empty()
    yield page


@state("dust", is_whole=False)
def dialog_one(tour: Tour) -> Iterator[Page]:
    """One asset, with a fee of 2%"""
    with tour.fee("2"):
        yield tour.review(tour.mira, "/wallet/dust/?asset=DOGE")


@state("dust", is_whole=False)
def dialog_40(tour: Tour) -> Iterator[Page]:
    """40 assets"""
    yield tour.review(tour.stage.customer(many=40), "/wallet/dust/?all=1")


@state("dust", is_whole=False)
def dialog_stress(tour: Tour) -> Iterator[Page]:
    """The longest name, 18 decimals"""
    yield tour.review(visitors.stressed(tour), "/wallet/dust/?all=1")


def quoted(
    tour: Tour, visitor: Visitor | None = None, *, script: bool = False, expects: Iterable[str] = (), **options: Any
) -> Page:
    """The page of a quote that has just been made, for this customer or for one of its own."""
    visitor = visitor or tour.stage.customer(small_only=True)
    reference = tour.stage.quote(name=visitor["name"], **options)
    return tour.open(f"/conversions/{reference}/", visitor, script=script, expects=expects)


@state("review")
def review(tour: Tour) -> Iterator[Page]:
    """The page without JavaScript, fresh"""
    yield quoted(tour)


@state("review")
def review_expired(tour: Tour) -> Iterator[Page]:
    """Out of date"""
    yield quoted(tour, ago=60)


@state("review")
def review_renewed(tour: Tour) -> Iterator[Page]:
    """Confirmed too late: new prices"""
    yield quoted(tour, renewed=True)


@state("review")
def review_conflict(tour: Tour) -> Iterator[Page]:
    """A conversion was started elsewhere"""
    visitor = tour.stage.customer()
    page = quoted(tour, visitor, codes=["DOGE", "ETH"], expects=[f"{STATUS} 409"])
    tour.stage.run(name=visitor["name"], codes=["XRP"])
    press(page, "#go")
    yield page


@state("review")
def review_40(tour: Tour) -> Iterator[Page]:
    """40 assets, with JavaScript"""
    yield quoted(tour, tour.stage.customer(many=40), script=True)
