"""Signing up, the account's address, the fresh proof, and the mails of the demonstration."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.support.tour import STATUS, Tour, Visitor, state

PASSWORD = "correct horse battery"
UNPROCESSABLE = f"{STATUS} 422"


def send(page: Page, **fields: str) -> None:
    """Fills in the page's form, and sends it."""
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    page.locator("main form button.wide").click()


def owner(tour: Tour) -> Visitor:
    """A customer of its own, who has not tried anything yet."""
    tour.stage.forget_attempts()
    visitor: Visitor = tour.stage.customer(password=PASSWORD)
    return visitor


def asked(tour: Tour) -> Page:
    """The page of an address, on which another one was just asked for."""
    visitor = owner(tour)
    page = tour.open("/accounts/email/", visitor)
    send(page, email=f"new.{visitor['name']}@example.com")
    send(page, password=PASSWORD)
    expect(page.locator("[name=action_remove]")).to_be_visible()
    return page


def newest_link(page: Page) -> None:
    """Opens what the newest mail asks to open."""
    page.goto("/demo/mail/")
    page.locator("article a[href*='/accounts/confirm-email/']").first.click()


@state("sign-up")
def sign_up(tour: Tour) -> Iterator[Page]:
    """Signing up"""
    yield tour.open("/accounts/signup/")


@state("sign-up")
def sign_up_wrong(tour: Tour) -> Iterator[Page]:
    """Signing up with a name that somebody has, and a password of the site's own words"""
    page = tour.open("/accounts/signup/", expects=[UNPROCESSABLE])
    send(page, username=tour.mira["name"], email="nora@example.com", password1="dust-wallet-1")
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("sign-up-sent")
def sign_up_sent(tour: Tour) -> Iterator[Page]:
    """The mail that confirms the address was sent"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/signup/")
    send(page, username="nora", email="nora@example.com", password1="seven wild geese fly")
    page.wait_for_url("**/confirm-email/")
    yield page


@state("sign-up")
def sign_up_shown(tour: Tour) -> Iterator[Page]:
    """A password that is shown while it is typed"""
    page = tour.open("/accounts/signup/")
    page.fill("#id_password1", "seven wild geese fly")
    page.locator("[data-shows]").check()
    expect(page.locator("#id_password1")).to_have_attribute("type", "text")
    yield page


@state("address")
def address(tour: Tour) -> Iterator[Page]:
    """The account's address"""
    yield tour.open("/accounts/email/", owner(tour))


@state("address")
def address_wrong(tour: Tour) -> Iterator[Page]:
    """An address that is the account's already"""
    visitor = owner(tour)
    page = tour.open("/accounts/email/", visitor, expects=[UNPROCESSABLE])
    send(page, email=f"{visitor['name']}@example.com")
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("address")
def address_waits(tour: Tour) -> Iterator[Page]:
    """Another address waits to be confirmed"""
    yield asked(tour)


@state("address")
def address_stays(tour: Tour) -> Iterator[Page]:
    """The change was called off"""
    page = asked(tour)
    page.locator("[name=action_remove]").click()
    expect(page.locator("#messages .box.ok")).to_be_visible()
    yield page


@state("address")
def address_unsent(tour: Tour) -> Iterator[Page]:
    """The mail to the new address could not be sent, nor the one about it"""
    with tour.without_mail():
        yield asked(tour)


@state("confirm")
def confirm_address(tour: Tour) -> Iterator[Page]:
    """The link in the mail asks whether this is the address"""
    page = asked(tour)
    newest_link(page)
    expect(page.locator("main form button")).to_be_visible()
    yield page


@state("address")
def address_confirmed(tour: Tour) -> Iterator[Page]:
    """The new address is the account's"""
    page = asked(tour)
    newest_link(page)
    page.locator("main form button").click()
    expect(page.locator("#messages .box.ok")).to_be_visible()
    yield page


@state("confirm-spent")
def confirm_spent(tour: Tour) -> Iterator[Page]:
    """A link that confirms nothing"""
    yield tour.open("/accounts/confirm-email/not-a-key/")


@state("proof")
def proof(tour: Tour) -> Iterator[Page]:
    """The password is asked for again"""
    yield tour.open("/accounts/reauthenticate/?next=/accounts/email/", owner(tour))


@state("proof")
def proof_wrong(tour: Tour) -> Iterator[Page]:
    """Not the password"""
    page = tour.open("/accounts/reauthenticate/?next=/accounts/email/", owner(tour), expects=[UNPROCESSABLE])
    send(page, password="not this one")
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("inactive")
def inactive(tour: Tour) -> Iterator[Page]:
    """An account that was closed"""
    yield tour.open("/accounts/inactive/")


@state("mails")
def mails(tour: Tour) -> Iterator[Page]:
    """The demonstration's mails"""
    page = asked(tour)
    page.goto("/demo/mail/")
    yield page
