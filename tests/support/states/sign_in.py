"""Signing in and out, and a new password."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.support.tour import CHOSEN, STATUS, Tour, state


def send_wrong_details(page: Page) -> None:
    page.fill("[name=login]", "mira")
    page.fill("[name=password]", "not this one")
    page.locator("main form button").first.click()


@state("sign-in")
def sign_in(tour: Tour) -> Iterator[Page]:
    """Signing in"""
    yield tour.open("/accounts/login/")


@state("sign-in")
def sign_in_wrong(tour: Tour) -> Iterator[Page]:
    """Wrong details"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/login/")
    send_wrong_details(page)
    expect(page.locator("main [role=alert] p")).to_be_visible()
    yield page


@state("sign-in")
def sign_in_locked(tour: Tour) -> Iterator[Page]:
    """Too many attempts with one name"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/login/", expects=["status of 429"])
    for _ in range(6):
        send_wrong_details(page)
    expect(page.locator("main")).to_contain_text("Try again at")
    yield page


@state("sign-in")
def sign_in_again(tour: Tour) -> Iterator[Page]:
    """The session ended on the way to a page"""
    yield tour.open(CHOSEN)


@state("sign-in")
def sign_in_closed(tour: Tour) -> Iterator[Page]:
    """Signing in while conversions are closed"""
    with tour.closed():
        yield tour.open("/accounts/login/")


@state("sign-out")
def sign_out(tour: Tour) -> Iterator[Page]:
    """Signing out"""
    yield tour.open("/accounts/logout/", tour.mira)


@state("reset")
def reset(tour: Tour) -> Iterator[Page]:
    """A new password"""
    yield tour.open("/accounts/password/reset/")


@state("reset-sent")
def reset_sent(tour: Tour) -> Iterator[Page]:
    """The message with the link was sent"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/password/reset/")
    page.fill("[name=email]", "somebody@example.com")
    page.locator("main form button").first.click()
    page.wait_for_url("**/reset/done/")
    yield page


@state("reset-unsent")
def reset_unsent(tour: Tour) -> Iterator[Page]:
    """The message with the link could not be sent"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/password/reset/")
    with tour.without_mail():
        page.fill("[name=email]", "somebody@example.com")
        page.locator("main form button").first.click()
        page.wait_for_url("**/reset/done/")
    yield page


@state("reset-key")
def reset_key(tour: Tour) -> Iterator[Page]:
    """The link in the message leads to the new password"""
    yield tour.open(tour.stage.reset_address())


@state("reset-key")
def reset_key_problem(tour: Tour) -> Iterator[Page]:
    """A new password that is too simple"""
    page = tour.open(tour.stage.reset_address(), expects=[f"{STATUS} 422"])
    for field in page.locator("main input[type=password]").all():
        field.fill("12345")
    page.locator("main form button").first.click()
    expect(page.locator("main .error").first).to_be_visible()
    yield page


@state("reset-bad-key")
def reset_bad_key(tour: Tour) -> Iterator[Page]:
    """The link in the message has been used"""
    yield tour.open("/accounts/password/reset/key/1-not-a-key/")


@state("password")
def password_change(tour: Tour) -> Iterator[Page]:
    """Another password"""
    yield tour.open("/accounts/password/change/", tour.stage.customer(password="correct horse battery"))


@state("password")
def password_wrong(tour: Tour) -> Iterator[Page]:
    """Not the current password, and a new one that is too short"""
    visitor = tour.stage.customer(password="correct horse battery")
    page = tour.open("/accounts/password/change/", visitor, expects=[f"{STATUS} 422"])
    page.fill("[name=oldpassword]", "not this one")
    page.fill("[name=password1]", "too short")
    page.locator("main form button").first.click()
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("reset-chosen")
def reset_chosen(tour: Tour) -> Iterator[Page]:
    """The new password is saved"""
    page = tour.open(tour.stage.reset_address())
    page.fill("[name=password1]", "seven wild geese fly")
    page.locator("main form button").first.click()
    page.wait_for_url("**/key/done/")
    yield page
