"""What only a browser shows of the states in between: offline, refused, out of date, waiting."""

import re

from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.journey import convert, review
from tests.support.tour import NO_NETWORK

# Where the words behind the age of the prices stand.
BEHIND_THE_AGE = """() => {
  const range = document.createRange();
  range.selectNode(document.getElementById("age").parentNode.lastChild);
  return range.getBoundingClientRect().toJSON();
}"""
CLOSED = "from wallet.models import Opening; Opening.objects.create(is_open=False, notice='We are moving.')"


def test_offline_is_said_and_try_again_sends_what_was_not_sent(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE", expects=NO_NETWORK)
    page.evaluate("window.regions = ['say', 'warn'].map((id) => document.getElementById(id))")
    assert page.inner_text("#say") == page.inner_text("#warn") == ""
    page.context.set_offline(True)
    page.check("#choose-ETH")
    expect(page.get_by_role("alert").filter(has_text="You’re offline. Nothing was sent.")).to_be_visible()
    expect(page.locator("#summary .sub").last).to_contain_text("from 1 balance")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#summary .sub").last).to_contain_text("from 2 balances")
    expect(page.locator("#warn")).to_be_empty()
    expect(page.locator("main")).to_be_focused()
    expect(page.locator("#say")).to_contain_text("2 selected, about")
    assert page.evaluate("regions.every((node) => node === document.getElementById(node.id))")


def test_whatever_a_server_between_answers_is_seen_and_heard(visit):
    page = visit(viewport=PHONE, expects=["status of", "Response Status Error Code"])
    answers = []
    page.route("**/estimate/", lambda route: route.fulfill(status=answers[-1], body="<h1>proxy</h1>"))
    for status in (403, 404, 409, 429, 500, 503):
        answers.append(status)
        page.goto("/wallet/dust/?asset=DOGE")
        page.check("#choose-ETH")
        words = "You’ve tried a few times." if status == 429 else "Sorry, there is a problem with the service."
        alert = page.get_by_role("alert").filter(has_text=words)
        expect(alert).to_be_visible()
        said, dock = alert.bounding_box(), page.locator(".dock").bounding_box()
        assert said["y"] + said["height"] < dock["y"]
        assert "proxy" not in page.inner_text("body")
        expect(page.locator("#choose-ETH")).to_be_checked()


def test_prices_that_grow_old_move_nothing_in_a_wallet_where_one_is_missing(visit):
    page = visit(viewport=PHONE)
    expect(page.locator("main")).to_contain_text("1 without a current price isn’t counted.")
    before = page.evaluate(BEHIND_THE_AGE)
    page.clock.run_for(31_000)
    expect(page.locator("#age")).to_contain_text("seconds ago")
    assert page.evaluate(BEHIND_THE_AGE) == before


def test_the_figures_of_a_strip_are_read_in_forced_colours_whatever_the_theme(visit, own_site):
    page = visit(viewport=DESKTOP, forced_colors="active", color_scheme="dark")
    convert(page, "DOGE")
    expect(page.locator(".meter text").first).to_be_visible(timeout=30_000)
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        colours = page.evaluate("""() => [...document.querySelectorAll(".meter text")].map(
            (text) => getComputedStyle(text).fill === getComputedStyle(document.body).color)""")
        assert colours
        assert all(colours)


def test_an_answer_that_takes_its_time_is_said_to_be_on_its_way_and_nothing_jumps(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    release = []
    page.route("**/estimate/", lambda route: release.append(route))  # noqa: PLW0108  # Playwright asks what it takes
    amount, updating = page.locator("#summary .big"), page.locator("#summary .updating")
    before, box = amount.inner_text(), page.locator("#summary").bounding_box()
    page.check("#choose-ETH")
    expect(page.locator("#summary")).to_have_attribute("aria-busy", "true")
    expect(updating).to_be_visible()
    assert amount.inner_text() == before
    assert page.locator("#summary").bounding_box() == box
    release[0].continue_()
    expect(page.locator("#summary .sub").last).to_contain_text("from 2 balances")
    expect(page.locator("#summary")).not_to_have_attribute("aria-busy", "true")


def test_too_long_open_under_htmx_leads_back_to_the_same_selection(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE", expects=["status of 403"])
    page.evaluate("document.querySelector('#selection [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    page.check("#choose-ETH")
    expect(page.get_by_role("alert").filter(has_text="This page was open for too long.")).to_be_visible()
    page.get_by_role("link", name="Reload the page").click()
    expect(page.locator("[name=asset]:checked")).to_have_count(2)


def test_signed_out_in_the_middle_one_signs_in_and_goes_on_with_the_selection(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    page.reload(wait_until="networkidle")  # until the time zone is told, whose answer renews the cookie
    page.context.clear_cookies(name="sessionid")
    page.check("#choose-ETH")
    page.wait_for_url("**/accounts/login/**")
    page.fill("[name=login]", "demo")
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/wallet/dust/**")
    expect(page.locator("#count")).to_have_text("2 of 14 selected")


def test_new_prices_come_into_the_dialog_and_a_second_press_does_not_confirm_them(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    review(page)
    button = page.locator("#go")
    button.focus()
    page.clock.run_for(19_500)
    expect(page.locator("#say-dialog")).to_have_text("10 seconds left")
    page.clock.run_for(11_000)
    expect(button).to_have_text("Update prices")
    expect(button).to_be_focused()
    expect(page.locator("#say-dialog")).to_have_text("These prices are out of date.")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_contain_text("These prices were out of date, so we updated them.")
    expect(page.locator("#dialog .pair")).to_contain_text(re.compile(r"was 0\.\d{8} BNB"))
    expect(button).to_have_text("Confirm conversion")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")  # meant for Update prices
    page.clock.run_for(900)
    expect(button).to_have_text("Confirm conversion")
    assert "/wallet/dust/" in page.url
    expect(page.locator("#say-dialog")).to_contain_text("Prices updated. You’d receive about")
    page.clock.run_for(500)
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversions/CV-*/")


def test_a_conflict_is_said_in_the_dialog_with_the_focus_on_it(visit, own_site):
    page = visit(viewport=PHONE, path="/wallet/dust/?asset=DOGE", expects=["status of 503", "status of 409"])
    page.locator("#convert-dock").click()
    expect(page.locator("#dialog")).to_have_attribute("open", "")
    own_site.manage("shell", "-c", CLOSED)
    page.locator("#go").click()
    conflict = page.locator("#dialog [role=alert].box")
    expect(conflict).to_have_text(
        "Sorry, you can’t convert balances right now. Your balances haven’t changed. We are moving."
    )
    expect(conflict).to_be_focused()
    expect(page.locator("#go")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).not_to_have_attribute("open", "")
    expect(page.locator("#choose-DOGE")).to_be_checked()


def test_what_changed_since_the_page_was_made_is_said_and_the_selection_kept(visit, own_site):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE&asset=ETH")
    own_site.manage("deposit", "demo", "DOGE", "1", "--reference", "one-more")
    page.fill("#find", "o")
    page.get_by_role("button", name="Review conversion").click()
    expect(page.locator("#problem")).to_contain_text("Your DOGE balance changed. Check the new amounts.")
    expect(page.locator("#problem-title")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#find")).to_have_value("o")
    assert page.locator("#choose-ETH").is_hidden()
    expect(page.locator("[name=asset]:checked")).to_have_count(2)
    expect(page.locator("tr", has=page.locator("#choose-DOGE"))).to_contain_text("49.7731")
    page.fill("#find", "")
    own_site.manage(
        "shell", "-c", "from wallet.models import Asset; Asset.objects.filter(code='ETH').update(status='unlisted')"
    )
    page.locator("#update").click()
    expect(page.locator("#count")).to_have_text("1 of 13 selected")
    expect(page.locator("#say")).to_contain_text("ETH can’t be converted now, so it is no longer selected: Not listed.")
    page.get_by_role("button", name="Review conversion").click()
    expect(page.locator("#dialog")).to_contain_text("Convert 1 balance to BNB?")


def test_an_estimate_that_comes_before_the_answer_to_convert_takes_nothing_from_it(visit, own_site):
    """Both find that a balance changed; the one that is waited for says so."""
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE&asset=ETH")
    own_site.manage("deposit", "demo", "DOGE", "1", "--reference", "one-more")
    held = []
    page.route("**/wallet/dust/", lambda route: held.append(route))  # noqa: PLW0108  # Playwright asks what it takes
    page.get_by_role("button", name="Review conversion").click()
    with page.expect_response("**/wallet/dust/estimate/"):
        page.check("#choose-LINK")
    expect(page.locator("#problem")).to_be_empty()
    held[0].continue_()
    expect(page.locator("#problem")).to_contain_text("Your DOGE balance changed. Check the new amounts.")
    expect(page.locator("#summary")).not_to_have_attribute("aria-busy", "true")


def test_a_search_asks_the_server_nothing(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/wallet/" in request.url else None)
    page.fill("#find", "link")
    page.locator("#find").blur()
    with page.expect_response("**/wallet/dust/estimate/"):
        page.check("#choose-LINK")
    assert len(asked) == 1


def test_the_list_is_sorted_without_a_request_and_keeps_its_ticks(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/wallet/" in request.url else None)
    page.get_by_role("button", name="Asset").click()
    expect(page.locator(".choices tbody tr").first).to_contain_text("ADA")
    expect(page.locator("th[aria-sort]")).to_have_text("Asset Asset")
    page.set_viewport_size(PHONE)
    page.get_by_label("Sort by").select_option("Largest first")
    expect(page.locator(".choices tbody tr").first).to_contain_text("LINK")
    expect(page.locator("#choose-DOGE")).to_be_checked()
    assert asked == []


def test_a_page_that_stays_open_says_how_old_its_prices_are_and_moves_nothing(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    page.clock.install()
    page.reload()
    amount = page.locator("#summary .big").inner_text()
    page.clock.run_for(45_000)
    expect(page.locator("#age")).to_have_text(re.compile(r"\(\d\d seconds ago\)"))
    page.clock.run_for(90_000)
    expect(page.locator("#age")).to_have_text("(2 minutes ago)")
    assert page.locator("#summary .big").inner_text() == amount


def test_progress_draws_only_what_is_new_rests_in_the_background_and_ends_by_itself(visit, own_site):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE", expects=NO_NETWORK)
    polls = []
    page.on("request", lambda request: polls.append(request.url) if "seen=" in request.url else None)
    own_site.kill("worker")
    page.get_by_role("button", name="Review conversion").click()
    page.clock.install()
    page.locator("#go").click()
    page.wait_for_url("**/conversions/CV-*/")
    page.evaluate("window.drawn = document.getElementById('progress')")
    page.clock.pause_at(page.evaluate("Date.now()") + 10_000)
    polls.clear()
    for _ in range(3):
        with page.expect_response("**seen=*"):
            page.clock.run_for(1_000)
    assert 2 <= len(polls) <= 4  # one may have been on its way
    assert page.evaluate("drawn === document.getElementById('progress')")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    polls.clear()
    page.clock.run_for(2_500)
    assert polls == []
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.resume()
    page.context.set_offline(True)
    expect(page.get_by_role("alert").filter(has_text="The conversion carries on")).to_be_visible()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("alert").filter(has_text="The conversion carries on")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#warn")).to_be_empty()
    expect(page.locator("#progress")).to_contain_text("This is taking longer than usual.")
    expect(page.locator("#say")).to_contain_text("This is taking longer than usual. Your balances are safe.")
    own_site.start_worker()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("You received", timeout=30_000)
    expect(heading).to_be_focused()
    polls.clear()
    page.clock.run_for(2_500)
    assert polls == []


def test_when_the_wait_is_over_the_button_returns_and_says_so(visit, own_site):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    page.get_by_role("button", name="Review conversion").click()
    page.locator("#go").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You received")
    page.clock.install()
    page.goto("/wallet/dust/?asset=ETH")
    expect(page.locator("#summary")).to_contain_text("You can convert again")
    expect(page.locator("#convert")).to_have_count(0)
    own_site.set_policy(interval_seconds=1)  # the site's clock cannot be moved as the page's can
    page.clock.fast_forward("06:01:00")
    expect(page.locator("#convert")).to_be_visible()
    expect(page.locator("#say")).to_have_text("You can convert again now.")
    expect(page.locator("#choose-ETH")).to_be_checked()
