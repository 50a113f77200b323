"""A passkey in Chromium's own authenticator: made, used to confirm within the review, and used to sign in."""

import re

import pytest
from playwright.sync_api import expect

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(visit, own_site):
    """At the host's name, because a passkey belongs to a name, and not to an address of the network."""
    page = visit(base_url=own_site.url.replace("127.0.0.1", "localhost"))
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def type_password(page):
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")


def test_p21_a_passkey_is_set_up_on_the_way_confirms_in_the_dialog_and_signs_in(page, own_site):
    """P21: who has no second factor comes back to the same review, and the dialog takes the passkey."""
    own_site.set_policy(second_factor="confirm")
    page.goto("/wallet/dust/?asset=DOGE")
    page.click("#convert")
    page.click("#dialog #set-up")
    page.locator("#factors a", has_text="Add a passkey").click()
    type_password(page)
    page.fill("[name=name]", "Laptop")
    page.click("[data-passkey=create]")
    page.wait_for_url(re.compile("/recovery-codes/"))
    expect(page.locator("#codes li")).to_have_count(10)
    page.locator("main a.button", has_text="carry on").click()
    page.wait_for_url(re.compile(r"/conversions/CV-[\w-]+/$"))
    expect(page.locator("[data-passkey=get]")).to_be_visible()

    page.goto("/wallet/dust/?asset=DOGE")
    page.click("#convert")
    page.click("#dialog [data-passkey=get]")
    page.wait_for_url(re.compile(r"/conversions/CV-[\w-]+/$"))
    expect(page.locator("h1")).not_to_contain_text("?")

    page.goto("/accounts/logout/")
    page.click("main form button")
    page.wait_for_url("**/accounts/login/")
    page.click("[data-passkey=get]")
    page.wait_for_url("**/wallet/")
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")
    page.fill("[name=login]", "demo")
    type_password(page)
    page.wait_for_url("**/login/code/")
    page.click("[data-passkey=get]")
    page.wait_for_url("**/wallet/")
