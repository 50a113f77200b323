"""P16: the admin works under the strict policy: its styles, its scripts, and nothing that the browser complains of."""

import re

from playwright.sync_api import expect

PAGES = [
    "/admin/",
    "/admin/wallet/asset/",
    "/admin/wallet/asset/1/change/",
    "/admin/wallet/asset/add/",
    "/admin/wallet/policy/add/",
    "/admin/wallet/conversion/",
    "/admin/wallet/keptoutnumber/",
    "/admin/wallet/marketround/",
    "/admin/wallet/staffaction/",
    "/admin/auth/user/",
]


def test_p16_the_admins_pages_work_and_the_browser_complains_of_nothing(chromium, site):
    complaints = []
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()

    def note(message):
        # The admin's pages name no icon, so browsers ask for one where there is none.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
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
    # Its scripts: they make the clock and the calendar beside a moment, and fill them in.
    page.goto("/admin/wallet/opening/add/")
    page.locator(".datetimeshortcuts a", has_text="Today").first.click()
    expect(page.locator("input.vDateField").first).to_have_value(re.compile(r"\d{4}-\d\d-\d\d"))
    assert complaints == []
    context.close()
