"""The history of a customer's conversions."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.support.tour import STATUS, Tour, state


@state("history")
def history_never(tour: Tour) -> Iterator[Page]:
    """None ever"""
    yield tour.open("/conversions/", tour.mira)


@state("history")
def history(tour: Tour) -> Iterator[Page]:
    """The newest of many, and Older"""
    yield tour.open("/conversions/", tour.old_hand)


@state("history")
def history_months(tour: Tour) -> Iterator[Page]:
    """Enough months to compare"""
    visitor = tour.stage.customer()
    tour.stage.history(name=visitor["name"], days=9, apart=31)
    yield tour.open("/conversions/", visitor)


@state("history")
def history_older(tour: Tour) -> Iterator[Page]:
    """The last page, and Newer"""
    page = tour.open("/conversions/", tour.old_hand)
    page.locator("nav[aria-label] a[href*=before]").click()
    page.wait_for_url("**before=**")
    yield page


@state("history")
def history_filtered(tour: Tour) -> Iterator[Page]:
    """Filters, as chips"""
    yield tour.open("/conversions/?status=completed&from=2020-01-01&to=2999-12-31&asset=DOGE", tour.old_hand)


@state("history", is_whole=False)
def history_filters(tour: Tour) -> Iterator[Page]:
    """The filters unfolded"""
    page = tour.open("/conversions/?status=stopped", tour.old_hand)
    page.evaluate("document.querySelector('#filters details').open = true")
    yield page


@state("history")
def history_no_match(tour: Tour) -> Iterator[Page]:
    """None match"""
    yield tour.open("/conversions/?status=failed", tour.old_hand)


@state("history")
def history_wrong(tour: Tour) -> Iterator[Page]:
    """Dates that can't be"""
    address = "/conversions/?from=2026-11-24&to=2026-11-23"
    yield tour.open(address, tour.old_hand, expects=[f"{STATUS} 422"])


@state("history")
def history_running(tour: Tour) -> Iterator[Page]:
    """One in progress on top"""
    visitor = tour.stage.customer()
    tour.stage.history(name=visitor["name"], days=3)
    tour.stage.run(name=visitor["name"], codes=["XRP"])
    page = tour.open("/help/", visitor)
    page.route("**/running/", lambda route: route.fulfill(status=204))
    page.goto("/conversions/")
    yield page
