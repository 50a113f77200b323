"""P16: the admin works under the strict policy: its styles, its scripts, and nothing that the browser complains of."""

import re

from playwright.sync_api import expect

from tests.support.accessible import assert_accessible
from tests.support.chromium import DESKTOP, PHONE
from tests.support.journey import convert

PAGES = [
    "/admin/",
    "/admin/alerts/",
    "/admin/wallet/asset/",
    "/admin/wallet/asset/1/change/",
    "/admin/wallet/asset/add/",
    "/admin/wallet/policy/",
    "/admin/wallet/proposal/",
    "/admin/wallet/conversion/",
    "/admin/wallet/keptoutnumber/",
    "/admin/wallet/marketround/",
    "/admin/wallet/staffaction/",
    "/admin/auth/user/",
]

# Pages that are none of Django's own.
OURS = [
    "/admin/wallet/houseaccount/treasury/",
    "/admin/wallet/transaction/month-end/",
    "/admin/wallet/asset/file/",
    "/admin/wallet/asset/named/",
    *(
        f"/admin/wallet/proposal/propose/{kind}/"
        for kind in ("policy", "correction", "deposit", "file", "rights", "booking")
    ),
]


def propose(page):
    """P20: from the form by its preview to the proposal, which who proposed it can only take back."""
    page.goto("/admin/wallet/policy/")
    page.get_by_role("link", name="Propose a policy version").click()
    assert_accessible(page)
    page.get_by_label("Service fee (%)").fill("0.5")
    page.get_by_label("Reason").fill("Costs.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("Service fee (%) goes from 0 to 0.5")
    assert_accessible(page)
    page.get_by_label("I mean every change").check()
    page.get_by_role("button", name="Propose").click()
    expect(page.locator("#standing")).to_contain_text("Waits for another operator")
    assert_accessible(page)
    expect(page.locator("#decision button")).to_have_text(["Take back"])
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#standing")).to_contain_text("Taken back by admin")


def follow_a_conversion(page):
    """P20: from the home panel to the alerts, to a conversion and to its customer, each accessible."""
    page.goto("/admin/")
    assert_accessible(page)
    page.locator("#home p a").click()
    assert_accessible(page)
    page.goto("/admin/")
    page.locator("#home tr", has_text="Completed").get_by_role("link").click()
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("#entries")).to_contain_text("BNB")
    assert_accessible(page)
    page.locator("#record tr", has_text="Customer").get_by_role("link").click()
    expect(page.locator("#conversions")).to_contain_text("Completed")
    assert_accessible(page)


def test_p16_the_admins_pages_work_and_the_browser_complains_of_nothing(chromium, site, visit):
    customer = visit()
    convert(customer, "DOGE")
    expect(customer.locator("h1")).to_contain_text("You received", timeout=30_000)
    complaints = []
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()

    def note(message):
        if message.type == "error":
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.goto("/accounts/login/?next=/admin/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", "admin")
    page.click("main button")
    page.wait_for_url("**/admin/")
    for path in PAGES:
        assert page.goto(path).status == 200
        # Django's own sheet: without it the header is as the body.
        expect(page.locator("#header")).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    for path in OURS:
        page.goto(path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.set_viewport_size(PHONE)
    for path in ("/admin/", *OURS):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.set_viewport_size(DESKTOP)
    # Its scripts: they make the clock and the calendar beside a moment, and fill them in.
    page.goto("/admin/wallet/opening/add/")
    page.locator(".datetimeshortcuts a", has_text="Today").first.click()
    expect(page.locator("input.vDateField").first).to_have_value(re.compile(r"\d{4}-\d\d-\d\d"))
    propose(page)
    follow_a_conversion(page)
    assert complaints == []
    context.close()
