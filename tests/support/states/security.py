"""An account's security: second steps, sessions and events; and the second step at sign-in and within the review."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.support.tour import CHOSEN, STATUS, Tour, press, state

PAGE = "/settings/security/"


@state("security")
def security(tour: Tour) -> Iterator[Page]:
    """Security, with nothing set up"""
    yield tour.open(PAGE, tour.mira)


@state("security")
def security_secured(tour: Tour) -> Iterator[Page]:
    """Security, with codes, a passkey, and another browser signed in"""
    yield tour.open(PAGE, tour.stage.secured())


@state("security")
def security_demanded(tour: Tour) -> Iterator[Page]:
    """The policy asks for a second step to use the wallet"""
    visitor = tour.stage.customer()
    tour.stage.policy(second_factor="always")
    try:
        yield tour.open("/wallet/", visitor)
    finally:
        tour.stage.policy(second_factor="none")


@state("proof")
def proof_by_password(tour: Tour) -> Iterator[Page]:
    """A fresh proof, by password"""
    yield tour.open(f"{PAGE}codes/", tour.stage.customer(password="correct horse battery"))


@state("proof")
def proof_by_code(tour: Tour) -> Iterator[Page]:
    """A fresh proof by a code that is wrong"""
    page = tour.open(f"{PAGE}codes/off/", tour.stage.secured(is_fresh=False), expects=[f"{STATUS} 422"])
    page.fill("[name=code]", "1")
    press(page, "main form button")
    expect(page.locator("main .error").first).to_be_visible()
    yield page


@state("proof")
def proof_by_passkey(tour: Tour) -> Iterator[Page]:
    """A fresh proof, by passkey"""
    yield tour.open("/accounts/confirm/passkey/", tour.stage.secured(is_fresh=False))


@state("codes-on")
def codes_on(tour: Tour) -> Iterator[Page]:
    """Setting up codes"""
    yield tour.open(f"{PAGE}codes/", tour.stage.secured(has_codes=False))


@state("codes-off")
def codes_off(tour: Tour) -> Iterator[Page]:
    """Turning codes off"""
    yield tour.open(f"{PAGE}codes/off/", tour.stage.secured())


@state("recovery-codes")
def recovery_codes(tour: Tour) -> Iterator[Page]:
    """Recovery codes"""
    yield tour.open(f"{PAGE}recovery-codes/", tour.stage.secured())


@state("recovery-codes-new")
def recovery_codes_new(tour: Tour) -> Iterator[Page]:
    """New recovery codes"""
    yield tour.open(f"{PAGE}recovery-codes/new/", tour.stage.secured())


@state("passkey-add")
def passkey_add(tour: Tour) -> Iterator[Page]:
    """Adding a passkey, which no device answers"""
    page = tour.open(f"{PAGE}passkeys/new/", tour.stage.secured())
    press(page, "[data-passkey]")
    expect(page.locator("[data-refused]")).not_to_be_empty()
    yield page


@state("passkey-rename")
def passkey_rename(tour: Tour) -> Iterator[Page]:
    """Renaming a passkey"""
    page = tour.open(PAGE, tour.stage.secured())
    press(page, "#factors a[aria-label^=Rename]")
    yield page


@state("passkey-remove")
def passkey_remove(tour: Tour) -> Iterator[Page]:
    """Removing a passkey"""
    page = tour.open(PAGE, tour.stage.secured())
    press(page, "#factors a[aria-label^=Remove]")
    yield page


@state("second-step")
def second_step(tour: Tour) -> Iterator[Page]:
    """The second step of signing in"""
    tour.stage.forget_attempts()
    visitor = tour.stage.secured()
    page = tour.open("/accounts/login/")
    page.fill("[name=login]", visitor["name"])
    page.fill("[name=password]", "correct horse battery")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/login/code/")
    yield page


@state("sign-in")
def sign_in_after_idling(tour: Tour) -> Iterator[Page]:
    """The session ended after half an hour"""
    yield tour.open("/accounts/login/?next=/conversions/&ended=idle")


@state("dust", is_whole=False)
def dialog_code(tour: Tour) -> Iterator[Page]:
    """The dialog asks for a second step"""
    with tour.asking():
        yield tour.review(tour.stage.secured(is_fresh=False), CHOSEN)


@state("dust", is_whole=False)
def dialog_code_refused(tour: Tour) -> Iterator[Page]:
    """A code that is wrong, in the dialog"""
    with tour.asking():
        page = tour.review(tour.stage.secured(is_fresh=False), CHOSEN, expects=[f"{STATUS} 422"])
        page.fill("#code", "1")
        press(page, "#go")
        expect(page.locator("#code-error")).to_be_visible()
        yield page


@state("review")
def review_without_factor(tour: Tour) -> Iterator[Page]:
    """The review leads who has no second step to set one up"""
    with tour.asking():
        visitor = tour.stage.customer(small_only=True)
        yield tour.open(f"/conversions/{tour.stage.quote(name=visitor['name'])}/", visitor)
