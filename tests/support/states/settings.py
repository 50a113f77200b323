"""Settings and help."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.support.tour import STATUS, Tour, state


@state("settings")
def settings(tour: Tour) -> Iterator[Page]:
    """Settings"""
    yield tour.open("/settings/", tour.mira)


@state("settings")
def settings_saved(tour: Tour) -> Iterator[Page]:
    """Saved"""
    page = tour.open("/settings/", tour.stage.customer(holdings={}))
    page.locator("#display form > button").click()
    expect(page.locator("#messages .box")).to_be_visible()
    yield page


@state("settings")
def settings_wrong(tour: Tour) -> Iterator[Page]:
    """No such time zone"""
    page = tour.open("/settings/", tour.mira, expects=[f"{STATUS} 422"])
    page.fill("#id_time_zone", "Mars")
    page.locator("#display form > button").click()
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("help")
def helped(tour: Tour) -> Iterator[Page]:
    """Help"""
    yield tour.open("/help/", tour.mira)


@state("help")
def helped_signed_out(tour: Tour) -> Iterator[Page]:
    """Help, signed out"""
    yield tour.open("/help/")
