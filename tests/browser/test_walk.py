"""The main job in a real browser, with and without JavaScript, on a desktop and on a phone."""

import re

from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.journey import review


def test_the_main_job_with_javascript(visit):
    page = visit(viewport=DESKTOP)
    expect(page.get_by_role("heading", name="14 small balances, worth about")).to_be_visible()
    page.get_by_role("link", name="Convert small balance to BNB").click()
    expect(page.locator("#count")).to_have_text("0 of 14 selected")
    for code in ("DOGE", "ETH", "LINK"):
        page.check(f"#choose-{code}")
    expect(page.locator("#count")).to_have_text("3 of 14 selected")
    expect(page.locator("#summary")).to_contain_text("from 3 balances worth")
    assert page.evaluate("document.getElementById('all').indeterminate")

    page.get_by_role("button", name="Review conversion").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_have_attribute("open", "")
    expect(page.locator("#review-title")).to_be_focused()
    expect(dialog).to_contain_text("Convert 3 balances to BNB?")
    expect(page.locator("#left")).to_contain_text(re.compile(r"\d+ seconds left to confirm"))
    page.get_by_role("button", name="Confirm conversion").click()

    page.wait_for_url("**/conversions/CV-*/")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("You received")
    expect(page).to_have_title(re.compile("You received"))
    expect(page.locator("#calculation")).to_contain_text("DOGE→USDT→BTC")
    received = re.search(r"[\d.]+", heading.inner_text().replace("You received", ""))[0]
    page.get_by_role("link", name="Conversion history", exact=True).first.click()
    expect(page.locator(".past tbody tr")).to_contain_text(["Completed"])
    expect(page.locator(".past tbody tr")).to_contain_text([received])
    page.goto("/wallet/dust/")
    expect(page.locator("#summary")).to_contain_text("You can convert again")
    expect(page.get_by_role("button", name="Review conversion")).to_have_count(0)


def test_the_main_job_without_javascript(visit):
    page = visit(viewport=DESKTOP, java_script_enabled=False)
    page.click("text=Convert small balance to BNB")
    page.click("text=Review conversion")
    expect(page.locator("#problem")).to_contain_text("Choose at least one balance to convert.")
    page.get_by_role("link", name="Select all").click()
    expect(page.locator("[name=asset]:checked")).to_have_count(14)
    page.uncheck("#choose-LTC")
    page.click("text=Update prices")
    expect(page.locator("#summary")).to_contain_text("from 13 balances worth")
    page.click("text=Review conversion")
    expect(page.locator("main")).to_contain_text("Convert 13 balances to BNB?")
    page.click("text=Confirm conversion")
    page.wait_for_url("**/conversions/CV-*/")
    page.wait_for_selector("text=You received", timeout=30_000)
    page.click("text=Go to wallet")
    expect(page.locator("main")).to_contain_text("1 small balance, worth about")


def test_cancel_returns_to_the_selection_and_four_presses_are_one_conversion(visit):
    page = visit(viewport=PHONE, path="/wallet/dust/?asset=DOGE&asset=ADA")
    expect(page.locator(".dock")).to_contain_text("2 of 14 selected")
    page.locator("#convert-dock").click()
    expect(page.locator("#dialog")).to_have_attribute("open", "")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#dialog")).not_to_have_attribute("open", "")
    expect(page.locator("#choose-DOGE")).to_be_checked()
    page.locator("#convert-dock").click()
    expect(page.locator("#dialog")).to_have_attribute("open", "")
    page.evaluate("for (let i = 0; i < 4; i++) document.querySelector('#confirm button').click()")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You received")
    page.goto("/conversions/")
    expect(page.locator(".past tbody tr")).to_have_count(1)


def test_the_list_can_be_searched_and_select_all_acts_on_what_is_shown(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/")
    page.check("#choose-DOGE")
    page.fill("#find", "e")
    shown = page.locator(".choices tbody tr:visible").count()
    assert 0 < shown < 14
    expect(page.locator("#all-label")).to_have_text(f"Select all {shown} shown")
    page.fill("#find", "sol")
    expect(page.locator("#count")).to_have_text("1 of 14 selected, 1 not shown")
    page.check("#all")
    expect(page.locator("#count")).to_have_text("2 of 14 selected, 1 not shown")
    page.fill("#find", "")
    expect(page.locator("[name=asset]:checked")).to_have_count(2)


def test_update_prices_changes_the_figures_and_keeps_selection_and_focus(visit, site):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE&asset=ETH")
    amount = page.locator("#summary .big")
    before = amount.inner_text()
    site.manage("refresh_prices")
    page.locator("#update").focus()
    page.keyboard.press("Enter")
    expect(amount).not_to_have_text(before.replace("\n", ""))
    expect(page.locator("#update")).to_be_focused()
    expect(page.locator("[name=asset]:checked")).to_have_count(2)
    expect(page.locator("#dialog")).not_to_have_attribute("open", "")
    rows = [page.locator(f"#get-{code}").inner_text() for code in ("DOGE", "ETH")]
    total = sum(int(row.replace("0.", "", 1)) for row in rows)
    expect(page.locator("#summary")).to_contain_text(f"0.{total:08d}")


def test_nothing_ticked_is_said_where_the_eye_and_the_focus_go(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/")
    page.get_by_role("button", name="Review conversion").click()
    expect(page.locator("#problem")).to_contain_text("Choose at least one balance to convert.")
    expect(page.locator("#problem-title")).to_be_focused()
    page.check("#choose-DOGE")
    expect(page.locator("#problem")).to_be_empty()


def test_coming_back_ticks_nothing_that_the_customer_did_not_tick(visit, own_site):
    """They left before the address said what was ticked; the browser would tick by place what is another balance now."""
    page = visit(viewport=DESKTOP, path="/wallet/dust/")
    page.route("**/estimate/", lambda route: None)
    page.locator("[name=asset]").first.check()
    page.goto("/conversions/")
    own_site.manage("deposit", "demo", "AAVE", "0.5", "--reference", "largest")
    page.go_back()
    expect(page.locator("#count")).to_have_text("0 of 15 selected")
    expect(page.locator("[name=asset]:checked")).to_have_count(0)


def test_an_expired_review_turns_confirm_into_update_prices(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    review(page)
    button = page.locator("#confirm button")
    button.focus()
    page.clock.run_for(31_000)
    expect(button).to_have_text("Update prices")
    expect(button).to_be_focused()
    expect(page.locator("#left")).to_contain_text("These prices are out of date.")
    button.click()
    expect(page.locator("main")).to_contain_text("These prices were out of date, so we updated them.")
    expect(page.get_by_role("button", name="Confirm conversion")).to_be_visible()


def test_the_wallet_is_searched_without_a_new_page(visit):
    page = visit(viewport=DESKTOP)
    page.fill("#search", "doge")
    expect(page.locator(".holdings tbody tr")).to_have_count(1)
    expect(page.locator("#search")).to_be_focused()
    expect(page).to_have_url(re.compile("q=doge"))
    page.check("#hide")
    expect(page.locator("#assets")).to_contain_text("1 small balance hidden. Show")


def test_nothing_signed_in_is_kept_in_the_browser_and_no_other_host_is_asked(visit, site):
    page = visit(viewport=DESKTOP)
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.fill("#search", "doge")
    expect(page.locator(".holdings tbody tr")).to_have_count(1)
    page.goto("/wallet/dust/")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "<" not in kept, kept  # htmx keeps the address of the page, but never the page
    assert hosts == {f"127.0.0.1:{site.port}"}
