"""The review in its dialog: no figure moves by itself, Confirm counts once, and the keyboard stays inside."""

import pytest
from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.html import read
from tests.support.journey import LISTEN
from tests.support.site import wait_for

DUST = "/wallet/dust/?asset=DOGE&asset=ETH"


def review(page):
    """Opens the dialog from the keyboard."""
    page.locator("#convert:visible, #convert-dock:visible").press("Enter")
    expect(page.locator("#review-title")).to_be_focused()


def test_nothing_in_it_moves_by_itself_and_its_clock_speaks_twice(visit, site):
    page = visit(viewport=DESKTOP, path=DUST)
    page.clock.install()
    page.reload()
    review(page)
    page.clock.run_for(1_000)  # until htmx has settled
    page.locator("#say-dialog").evaluate(LISTEN)
    figures, left, asked = page.locator("#review .body"), page.locator("#left"), []
    page.on("request", lambda request: asked.append(request.url))
    before = figures.inner_text()
    site.manage("refresh_prices")
    page.clock.run_for(31_000)
    assert figures.inner_text() == before
    assert asked == []
    assert page.evaluate("said") == [left.get_attribute("data-soon"), left.get_attribute("data-over")]
    assert left.get_attribute("role") == "timer"
    assert left.evaluate("node => node.closest('[aria-live], [role=status], [role=alert]')") is None


def test_back_closes_the_sheet_and_cancel_leaves_no_step_behind(visit):
    """Also after boxes were ticked by hand, when the address says which, and with a search that no address knows."""
    page = visit(viewport=PHONE, path="/wallet/")
    page.goto("/wallet/dust/")
    page.fill("#find", "e")
    for code in ("DOGE", "ETH"):
        page.check(f"#choose-{code}")
        page.wait_for_url(f"**{code}*")
    address, steps = page.url, page.evaluate("history.length")
    page.evaluate("window.isSame = true")
    for close in (page.go_back, lambda: page.locator("#cancel").click(), lambda: page.keyboard.press("Escape")):
        review(page)
        expect(page.locator("#dialog")).to_have_attribute("open", "")
        close()
        expect(page.locator("#dialog")).not_to_have_attribute("open", "")
        wait_for(lambda: page.evaluate("history.state") is None)
        assert page.evaluate("isSame")
        assert (page.url, page.input_value("#find")) == (address, "e")
        expect(page.locator("#selection [name=asset]:checked")).to_have_count(2)
    assert page.evaluate("history.length") == steps + 1
    page.go_back()
    page.wait_for_url("**/wallet/")


def test_an_estimate_that_comes_after_the_review_has_opened_is_in_the_address_also_once_it_is_closed(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    held = []
    page.route("**/estimate/", lambda route: held.append(route))  # noqa: PLW0108  # Playwright asks what it takes
    with page.expect_request("**/estimate/"):
        page.check("#choose-ETH")
    review(page)
    held[0].continue_()
    page.wait_for_url("**asset=ETH*")
    page.go_back()
    expect(page.locator("#dialog")).not_to_have_attribute("open", "")
    page.wait_for_url("**asset=ETH*")
    page.reload()
    expect(page.locator("#selection [name=asset]:checked")).to_have_count(2)


def test_what_is_ticked_after_the_review_was_reloaded_or_gone_back_and_forward_to_is_kept(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?asset=DOGE")
    review(page)
    page.reload()
    page.check("#choose-ETH")
    page.wait_for_url("**asset=ETH*")
    review(page)
    page.go_back()
    page.go_forward()
    page.uncheck("#choose-DOGE")
    page.wait_for_url("**/?asset=ETH")
    page.locator(".skip").press("Enter")
    assert page.evaluate("new Promise((done) => setTimeout(() => done(location.hash)))") == "#main"
    page.reload()
    expect(page.locator("#selection [name=asset]:checked")).to_have_count(1)


@pytest.mark.parametrize("size", [(1280, 800), (1366, 650), (390, 664), (320, 568)])
def test_what_cannot_be_undone_is_said_in_sight_of_confirm_and_a_long_list_shows_that_it_goes_on(visit, size):
    page = visit(viewport=dict(zip(("width", "height"), size, strict=True)), path="/wallet/dust/?all=1")
    review(page)
    for part in ("#review .box.warn", "#left", "#go"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    box = page.locator(".given").bounding_box()
    rows = [row.bounding_box() for row in page.locator(".given tbody tr").all()]
    ends = box["y"] + box["height"]
    (cut,) = (row for row in rows if row["y"] < ends < row["y"] + row["height"])
    assert 0.25 < (ends - cut["y"]) / cut["height"] < 0.75


@pytest.mark.parametrize("size", [(1280, 650), (390, 664), (320, 640)])
def test_of_three_balances_none_is_cut(visit, size):
    page = visit(viewport=dict(zip(("width", "height"), size, strict=True)), path=f"{DUST}&asset=LINK")
    review(page)
    expect(page.locator(".given tbody tr")).to_have_count(3)
    expect(page.locator("#review .pair strong")).to_be_in_viewport(ratio=1)
    assert page.locator(".given").evaluate("(given) => given.scrollHeight - given.clientHeight") == 0


@pytest.mark.parametrize("size", [(1280, 800), (390, 664), (320, 640)])
def test_what_one_receives_is_in_sight_before_one_scrolls(visit, size):
    page = visit(viewport=dict(zip(("width", "height"), size, strict=True)), path="/wallet/dust/?all=1")
    review(page)
    expect(page.locator("#review .pair strong")).to_be_in_viewport(ratio=1)


def test_back_from_what_was_confirmed_leads_to_the_balances_and_then_to_what_was_before(visit):
    """The conversion has the sheet's step of the browser's history."""
    page = visit(viewport=DESKTOP, path="/wallet/")
    page.goto(DUST)
    review(page)
    page.locator("#go").press("Enter")
    page.wait_for_url("**/conversions/CV-*/")
    page.go_back()
    page.wait_for_url("**/dust/*")
    page.go_back()
    page.wait_for_url("**/wallet/")


def test_four_presses_of_confirm_are_one_conversion_and_so_is_a_replay(visit):
    page = visit(viewport=DESKTOP, path=DUST)
    held = []
    page.route("**/confirm/", lambda route: held.append(route))  # noqa: PLW0108  # Playwright asks what it takes
    review(page)
    button = page.locator("#go")
    button.focus()
    for _ in range(4):
        page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_have_text(button.get_attribute("data-starting"))
    expect(button).to_be_focused()
    expect(button).to_be_enabled()
    expect(page.locator("#cancel")).to_have_js_property("inert", True)
    assert len(held) == 1
    sent = held[0].request
    held[0].continue_()
    page.wait_for_url("**/conversions/CV-*/")
    again = page.request.post(
        sent.url, data=sent.post_data, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (again.status, again.url) == (200, page.url)
    page.goto("/conversions/")
    expect(page.locator(".past tbody tr")).to_have_count(1)


def test_an_old_review_that_is_sent_by_hand_converts_nothing(visit, policy):
    policy(quote_seconds=1)
    page = visit(viewport=DESKTOP, path=DUST)
    review(page)
    action = page.get_attribute("#confirm", "action")
    token = page.locator("#confirm [name=csrfmiddlewaretoken]").input_value()
    address = action.removesuffix("confirm/")
    wait_for(lambda: read(page.request.get(address).text()).select("[formaction]"), what="the end of the estimate")
    answer = page.request.post(action, form={"csrfmiddlewaretoken": token})
    assert answer.status == 200
    assert not answer.url.endswith(address)
    page.goto(answer.url)
    expect(page.locator("#confirm")).to_have_count(1)
    page.goto("/conversions/")
    expect(page.locator(".past")).to_have_count(0)
    page.goto("/wallet/?q=dogecoin")
    expect(page.locator(".holdings tbody tr")).to_contain_text("48.7731")


def test_it_keeps_the_focus_until_escape_gives_it_back_to_its_opener(visit):
    page = visit(viewport=PHONE, path=DUST)
    review(page)
    # A whole turn leads past the browser's own controls, where the page has no focus at all.
    inside = "document.activeElement === document.body || document.activeElement.closest('#dialog') !== null"
    reached = set()
    for key in ["Tab"] * 8 + ["Shift+Tab"] * 8:
        page.keyboard.press(key)
        assert page.evaluate(inside)
        reached.add(page.evaluate("document.activeElement.id"))
    assert {"cancel", "go"} <= reached
    page.mouse.click(195, 10)
    expect(page.locator("#dialog")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).not_to_have_attribute("open", "")
    expect(page.locator("#convert-dock")).to_be_focused()
    review(page)
    page.locator("#cancel").press("Enter")
    expect(page.locator("#convert-dock")).to_be_focused()
