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


@state("settings")
def settings_mails(tour: Tour) -> Iterator[Page]:
    """Which mails somebody gets, saved"""
    page = tour.open("/settings/", tour.stage.customer(holdings={}))
    page.check("[name=wants_notices]")
    page.locator("form[action='/settings/mails/'] button").click()
    expect(page.locator("#messages .box")).to_be_visible()
    yield page


@state("unsubscribe")
def unsubscribe(tour: Tour) -> Iterator[Page]:
    """The link in a mail that stops its kind, signed out"""
    visitor = tour.stage.customer(holdings={})
    yield tour.open(tour.stage.stop_address(name=visitor["name"]))


@state("unsubscribe")
def unsubscribed(tour: Tour) -> Iterator[Page]:
    """They are stopped"""
    visitor = tour.stage.customer(holdings={})
    page = tour.open(tour.stage.stop_address(name=visitor["name"]))
    page.locator("main form button").click()
    expect(page.locator("main form")).to_have_count(0)
    yield page


@state("unsubscribe")
def unsubscribe_forged(tour: Tour) -> Iterator[Page]:
    """A link that is none of this site's"""
    yield tour.open("/mails/stop/receipt.1.none/", expects=[f"{STATUS} 404"])


@state("mails")
def receipt_mail(tour: Tour) -> Iterator[Page]:
    """The demonstration's mails, with a receipt"""
    visitor = tour.stage.customer()
    tour.stage.end(name=visitor["name"], codes=["DOGE", "ETH", "LINK"])
    tour.stage.send_mails()
    yield tour.open("/demo/mail/")


@state("help")
def helped(tour: Tour) -> Iterator[Page]:
    """Help"""
    yield tour.open("/help/", tour.mira)


@state("help")
def helped_signed_out(tour: Tour) -> Iterator[Page]:
    """Help, signed out"""
    yield tour.open("/help/")
