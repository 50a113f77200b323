"""The dust page under the hands: what can be ticked, what is said of it, and where the focus goes."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.chromium import DESKTOP, PHONE
from tests.support.journey import LISTEN

FOUR = "/wallet/dust/?asset=DOGE&asset=ETH&asset=LINK&asset=TRX"
TEN = ["LINK", "TRX", "DOGE", "XRP", "ETH", "VET", "ATOM", "ADA", "LTC", "DOT"]
# The focused element, what lies fixed over the page, and the colours of its outline and of what is behind it.
FOCUS = """() => {
  const node = document.activeElement, style = getComputedStyle(node);
  if (node === document.body || node.dataset.reached) return null;
  node.dataset.reached = true;
  const ground = (one) => one ? getComputedStyle(one).backgroundColor : "rgb(255, 255, 255)";
  let behind = node.parentElement;
  while (behind && !ground(behind).startsWith("rgb(")) behind = behind.parentElement;
  const stays = (one) => ["fixed", "sticky"].includes(getComputedStyle(one).position);
  const fixed = [...document.querySelectorAll(".dock, .top")].filter(stays);
  return {
    name: node.id || node.textContent.trim(),
    box: node.getBoundingClientRect().toJSON(),
    covers: fixed.filter((one) => !one.contains(node)).map((one) => one.getBoundingClientRect().toJSON()),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    colours: [style.outlineColor, ground(behind)],
  };
}"""
# Where the parts of the summary stand in it.
PLACES = """() => [...document.querySelectorAll("#summary > *")].filter((part) => part.checkVisibility()).map((part) => {
  const { top, height } = part.getBoundingClientRect();
  return [part.className || part.tagName, top - part.parentElement.getBoundingClientRect().top, height];
})"""
# How often something in it was shifted.
WATCH_SHIFTS = """() => {
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries()) shifts += sources.some(({ node }) => node?.parentElement.closest("#summary"));
  }).observe({ type: "layout-shift" });
}"""


def contrast(*colours):
    """WCAG's ratio of the luminances of two colours like rgb(26, 86, 219)."""

    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05

    dark, light = sorted(map(luminance, colours))
    return light / dark


def test_a_balance_at_the_limit_has_no_box_and_one_unit_below_it_has(visit, policy):
    """And the limit in the words is the one in force."""
    page = visit(viewport=DESKTOP)
    for limit, boxes in {"0.0412": 0, "0.04120001": 1}.items():
        policy(dust_limit_btc=limit)
        page.goto("/wallet/dust/")
        expect(page.locator("h1 + .lede")).to_contain_text(f"{limit} BTC")
        expect(page.locator("#choose-BTC")).to_have_count(boxes)
        expect(page.locator("#refused li", has_text="Bitcoin")).to_have_count(1 - boxes)


def test_what_cannot_be_converted_stands_apart_without_boxes_each_with_its_reason(visit):
    page = visit(viewport=PHONE, path="/wallet/dust/")
    page.locator("#refused summary").click()
    refused = page.locator("#refused li")
    codes = refused.locator(".asset b").all_inner_texts()
    assert sorted(codes) == ["BTC", "BTTC", "CRO", "FTT", "GALA", "LUNC", "USDT"]
    causes = dict(zip(codes, refused.locator("p b").all_inner_texts(), strict=True))
    assert all(causes.values())
    assert causes.pop("USDT") == causes["BTC"]
    assert len(set(causes.values())) == 6
    for code in codes:
        expect(page.locator(f"#choose-{code}")).to_have_count(0)
    expect(page.locator("#refused input")).to_have_count(0)


def test_the_problem_leads_to_the_first_box(visit):
    page = visit(viewport=PHONE, path="/wallet/dust/")
    with page.expect_response("**/wallet/dust/") as answer:
        page.locator("#convert-dock").press("Enter")
    assert answer.value.status == 422
    expect(page.locator("#problem-title")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    page.locator("#problem a").press("Enter")
    expect(page.locator("[name=asset]").first).to_be_focused()


def test_select_all_is_off_mixed_or_on_and_space_takes_it_from_mixed_to_all(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/")
    every, ticked = page.locator("#all"), page.locator("[name=asset]:checked")

    def state():
        return re.search(r'- checkbox "Select all"(.*)', page.locator("#selection .bar").aria_snapshot())[1].strip(" :")

    assert state() == ""
    page.locator("#choose-ETH").press("Space")
    assert state() == "[checked=mixed]"
    every.press("Space")
    assert state() == "[checked]"
    expect(ticked).to_have_count(14)
    page.locator("#choose-ETH").press("Space")
    assert state() == "[checked=mixed]"
    every.press("Space")
    every.press("Space")
    assert state() == ""
    expect(ticked).to_have_count(0)
    expect(every).to_be_focused()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1280", "390"])
def test_search_and_select_all_stay_in_sight_and_cover_nothing_that_has_the_focus(visit, viewport):
    page = visit(viewport=viewport, path="/wallet/dust/")
    page.locator("#choices tbody tr").last.evaluate("row => row.scrollIntoView({block: 'start'})")
    assert page.evaluate("document.querySelector('#choices .bar').getBoundingClientRect().top") == 0
    for name in ("#all", "#find"):
        assert page.locator(name).evaluate("node => node.getBoundingClientRect().bottom <= 160")
    if viewport == DESKTOP:
        bar, heads = (page.locator(f"#choices {part}").first.bounding_box() for part in (".bar", "th"))
        assert heads["y"] == pytest.approx(bar["height"], abs=2)
    boxes = page.locator("#selection [name=asset]")
    boxes.last.focus()
    for _ in range(boxes.count()):
        focused = "document.activeElement.getBoundingClientRect()"
        top = page.evaluate(
            f"document.elementFromPoint({focused}.x + 5, {focused}.y + 2).closest('.bar, th')?.className"
        )
        assert top is None
        page.keyboard.press("Shift+Tab")
        if not page.evaluate("document.activeElement.name === 'asset'"):
            break


def test_a_search_moves_no_column(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/")
    widths = "[...document.querySelectorAll('.choices th')].map((head) => head.getBoundingClientRect().width)"
    before = page.evaluate(widths)
    page.fill("#find", "vet")
    expect(page.locator("#choose-VET")).to_be_visible()
    expect(page.locator("#choose-DOGE")).to_be_hidden()
    assert page.evaluate(widths) == before
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.press("#find", "Enter")
    page.press("#find", "Backspace")
    expect(page.locator("#find")).to_have_value("ve")
    assert sent == []


def test_what_is_ticked_before_htmx_has_come_is_counted_when_it_comes(visit):
    page = visit(viewport=DESKTOP)
    held = []
    page.route("**/htmx-2*.js", lambda route: held.append(route), times=1)  # noqa: PLW0108  # Playwright asks what it takes
    page.goto("/wallet/dust/", wait_until="domcontentloaded")
    page.evaluate("document.getElementById('choose-DOGE').click()")
    assert page.evaluate("[typeof htmx, document.getElementById('count').textContent]") == [
        "undefined",
        "1 of 14 selected",
    ]
    held[0].continue_()
    expect(page.locator("#summary .sub").last).to_contain_text("1 ")
    expect(page.locator("#summary .legend")).to_contain_text("DOGE")


def test_select_all_says_what_is_ticked_also_without_htmx(visit):
    page = visit(viewport=DESKTOP, expects=["ERR_FAILED"])
    page.route("**/htmx-2*.js", lambda route: route.abort())
    page.goto("/wallet/dust/?all")
    expect(page.locator("#all")).to_be_checked()
    page.locator("#all").click()
    expect(page.locator("[name=asset]:checked")).to_have_count(0)


def test_the_age_of_prices_moves_nothing(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/?all")
    page.clock.install()
    page.reload()
    before = page.locator("#convert").bounding_box()
    page.clock.run_for(120_000)
    expect(page.locator("#age")).to_contain_text("minutes ago")
    assert page.locator("#convert").bounding_box() == before


def test_ten_boxes_in_a_row_are_one_question_and_one_sentence(visit):
    page = visit(viewport=DESKTOP, path="/wallet/dust/")
    page.clock.install()
    page.reload()
    page.clock.pause_at(page.evaluate("Date.now()") + 10_000)
    page.locator("#say").evaluate(LISTEN)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/wallet/" in request.url else None)
    for code in TEN:
        page.locator(f"#choose-{code}").press("Space")
    page.clock.run_for(300)
    expect(page.locator("#summary .legend")).to_be_visible()
    page.clock.run_for(2_000)
    assert len(asked) == 1
    said = page.evaluate("said")
    assert len(said) == 1
    assert said[0].startswith("10 ")


def test_htmx_waits_for_no_font_and_no_picture(visit):
    page = visit(viewport=DESKTOP)
    page.add_init_script("addEventListener('load', () => { window.atLoad = typeof htmx; })")
    page.goto("/wallet/dust/")
    assert page.evaluate("atLoad") == "object"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1280", "390"])
def test_the_focus_is_seen_wherever_the_keyboard_takes_it(visit, viewport, scheme):
    page = visit(viewport=viewport, color_scheme=scheme, path="/wallet/dust/?all")
    page.locator("#refused").evaluate("node => { node.open = true; }")
    page.evaluate("scrollTo(0, 0)")
    reached = []
    while True:
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None:
            break
        reached.append(found["name"])
        assert found["outline"] >= 2, found
        assert contrast(*found["colours"]) >= 3, found
        assert 0 <= found["box"]["top"] < found["box"]["bottom"] <= viewport["height"], found
        for cover in found["covers"]:
            assert found["box"]["bottom"] <= cover["top"] or found["box"]["top"] >= cover["bottom"], found
    assert {"all", "find", "choose-SOL", "update"} < set(reached)
    assert ("convert-dock" in reached) is (viewport is PHONE)


def test_an_update_moves_nothing_in_the_summary_and_keeps_the_focus(visit, site):
    page = visit(viewport=DESKTOP, path=FOUR)
    page.evaluate("document.fonts.ready.then(() => null)")
    before = page.evaluate(PLACES)
    page.evaluate(WATCH_SHIFTS)
    page.locator("#choose-ADA").press("Space")
    expect(page.locator("#summary .sub").last).to_contain_text("5 ")
    expect(page.locator("#choose-ADA")).to_be_focused()
    assert page.evaluate(PLACES) == before
    amount = page.inner_text("#summary .big")
    site.manage("refresh_prices")
    page.locator("#update").press("Enter")
    expect(page.locator("#summary .big")).not_to_have_text(amount.replace("\n", ""))
    expect(page.locator("#update")).to_be_focused()
    assert page.evaluate(PLACES) == before
    assert page.evaluate("shifts") == 0


def test_a_tick_shows_in_the_same_moment_and_updating_after_400_ms(visit):
    page = visit(viewport=DESKTOP, path=FOUR)
    page.evaluate("""() => {
      window.updating = new Promise((resolve) => document.addEventListener("transitionrun", ({ target }) => {
        if (target.className !== "updating") return;
        const [transition] = target.getAnimations();
        transition.pause();
        resolve(transition);
      }));
    }""")
    held = []
    page.route("**/estimate/", lambda route: held.append(route))  # noqa: PLW0108  # Playwright asks what it takes
    ground = "getComputedStyle(box.closest('td'), '::before').backgroundColor"
    at_once = page.locator("#choose-ADA").evaluate(
        f"box => {{ const before = {ground}; box.click();"
        f" return [box.checked, {ground} !== before, document.getElementById('count').textContent]; }}"
    )
    assert at_once == [True, True, "5 of 14 selected"]
    expect(page.locator("#summary")).to_have_attribute("aria-busy", "true")
    for moment, shown in {399: "hidden", 401: "visible"}.items():
        page.evaluate("async (moment) => { (await updating).currentTime = moment; }", moment)
        assert page.evaluate("getComputedStyle(document.querySelector('.updating')).visibility") == shown
    held[0].continue_()
    expect(page.locator("#summary .sub").last).to_contain_text("5 ")
    expect(page.locator("#summary .updating")).to_be_hidden()


def test_where_there_is_little_room_nothing_sticks_and_the_review_scrolls_as_a_whole(visit):
    """Nobody confirms past what they can't see."""
    page = visit(viewport={"width": 320, "height": 256}, path=FOUR)
    for part in ("h2 + .bar", ".choices thead"):
        assert page.locator(part).evaluate("one => getComputedStyle(one).position") != "sticky"
    page.locator("#convert").or_(page.locator("#convert-dock")).locator("visible=true").click()
    sheet = page.locator("#dialog")
    expect(page.locator("#go")).to_be_attached()
    expect(sheet).to_have_attribute("open", "")
    assert sheet.evaluate("one => one.scrollHeight > one.clientHeight")
    assert page.locator(".review .body").evaluate("one => getComputedStyle(one).overflowY") == "visible"
    page.locator("#go").scroll_into_view_if_needed()
    assert sheet.evaluate("one => one.scrollTop") > 0


def test_between_a_phone_and_a_desk_the_list_stays_within_its_card(visit):
    page = visit(viewport=DESKTOP, path=FOUR)
    for width in (641, 900, 920, 1000, 1001, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        inside = (
            "table => table.getBoundingClientRect().right <= table.closest('.card').getBoundingClientRect().right + .5"
        )
        assert page.locator(".choices").evaluate(inside), width
