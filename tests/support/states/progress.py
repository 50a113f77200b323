"""A conversion that is running."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.support.tour import NO_NETWORK, Tour, state


@state("progress")
def progress(tour: Tour) -> Iterator[Page]:
    """Waiting"""
    yield tour.progress()


@state("progress")
def progress_checking(tour: Tour) -> Iterator[Page]:
    """Checking prices and converting"""
    yield tour.progress(attempts=1)


@state("progress")
def progress_slow(tour: Tour) -> Iterator[Page]:
    """Longer than usual"""
    yield tour.progress(ago=40, attempts=1)


@state("progress")
def progress_unpriced(tour: Tour) -> Iterator[Page]:
    """Waiting for a price of BNB"""
    page = tour.progress(ago=40, attempts=1)
    tour.stage.keep_out(whys={"BNB": "disagree"})
    page.reload()
    yield page


@state("progress", is_whole=False)
def progress_offline(tour: Tour) -> Iterator[Page]:
    """No network"""
    page = tour.progress()
    tour.expected.extend(NO_NETWORK)
    page.route("**/*seen=*", lambda route: route.abort("internetdisconnected"))
    expect(page.locator("#warn")).not_to_be_empty()
    yield page


@state("progress")
def progress_plain(tour: Tour) -> Iterator[Page]:
    """Without JavaScript"""
    yield tour.progress(script=False)
