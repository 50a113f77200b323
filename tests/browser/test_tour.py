"""What holds for every page in every state, in both colour schemes and three widths: the whole of tests/support/states/.

Each check is a question to the page that answers with what is wrong, so that a failure names the element.
"""

from collections import defaultdict

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.support.states import STATES
from tests.support.tour import touring

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# Nothing but colours differs between the schemes, so the other rules are asked once for each width. The rows of a list
# are alike: the first few stand for all, or this would take three times as long.
AXE = """async (rules) => {
  const many = ["tbody tr:nth-child(n+7)", ".refused li:nth-child(n+8)", ".given tr:nth-child(n+7)"];
  const parts = { include: [["html"]], exclude: many.map((rows) => [rows]) };
  const found = await axe.run(parts, { runOnly: rules, resultTypes: ["violations"], preload: false });
  const words = (rule, node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`;
  return found.violations.flatMap((rule) => rule.nodes.map((node) => words(rule, node)));
}"""

NAME = """const name = (element) => {
  const words = (element.innerText || element.value || "").trim().replace(/\\s+/g, " ").slice(0, 40);
  const [id, kind] = [element.id && `#${element.id}`, element.getAttribute("class")];
  return `${element.localName}${id}${kind ? `.${kind.replaceAll(" ", ".")}` : ""} “${words}”`;
};
const isSeen = (element) => element.checkVisibility({ visibilityProperty: true })
  && !element.closest(".vh, .skip") && !(element.closest("thead")?.getBoundingClientRect().width <= 1);
// What sticks out of the window: the innermost.
const wide = () => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const isOut = (one) => isSeen(one) && one.getBoundingClientRect().right > innerWidth + 1;
  const out = [...document.querySelectorAll("body *")].filter(isOut);
  const innermost = out.filter((one) => !out.some((other) => one !== other && one.contains(other)));
  return [`scrolls sideways: ${innermost.slice(0, 3).map(name).join(", ")}`];
};
"""

PAGE = f"""() => {{
  {NAME}
  const found = wide(), root = document.documentElement;
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) found.push(`has ${{headings}} h1`);
  if (!root.lang) found.push("has no language");
  return found;
}}"""

# WCAG 2.5.8 leaves links within a sentence alone. A box belongs to its label, and on a list to its whole row.
TARGETS = f"""() => {{
  {NAME}
  const found = [], isPhone = innerWidth < 640;
  const room = document.querySelector("dialog[open]") ?? document;
  const isInSentence = (one) => getComputedStyle(one).display === "inline"
    && one.parentElement.innerText.trim() !== one.innerText.trim();
  for (const one of room.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")) {{
    if (!isSeen(one) || isInSentence(one)) continue;
    const box = one.matches("[type=checkbox], [type=radio]") && (one.closest(".list tbody tr") ?? one.closest("label"));
    const {{ width, height }} = (box || one).getBoundingClientRect();
    const isMain = one.matches(".button") || box;
    const least = isPhone && isMain ? 44 : 24;
    if (width < 24 || height < least - 0.5) found.push(`${{name(one)}} is ${{Math.round(width)}} × ${{Math.round(height)}}`);
  }}
  if (isPhone) for (const row of room.querySelectorAll(".list tbody tr, .refused summary")) {{
    if (isSeen(row) && row.getBoundingClientRect().height < 43.5) found.push(`${{name(row)}} is a low row`);
  }}
  return found;
}}"""

MOVES = f"""() => {{
  {NAME}
  const lasting = [...document.querySelectorAll("*")].filter((one) =>
    getComputedStyle(one).transitionDuration.split(", ").some((length) => parseFloat(length) > 0));
  return [...document.getAnimations().map((one) => name(one.effect.target)), ...lasting.map(name)];
}}"""

# The distances of WCAG 1.4.12, as a style sheet that the content security policy does not stand in the way of.
SPACE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } \
p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet];
}"""
UNSPACE = "() => { document.adoptedStyleSheets = []; }"
CLIPPED = f"""() => {{
  {NAME}
  const found = [];
  for (const one of document.querySelectorAll("body *:not(input, select, svg, svg *)")) {{
    const [wide, high] = [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight];
    if (!one.clientWidth || (wide <= 1 && high <= 1) || !one.textContent.trim()) continue;
    if (!isSeen(one) || one.closest("[aria-hidden=true]")) continue;
    const style = getComputedStyle(one);
    const hides = (way) => ["hidden", "clip"].includes(style[`overflow${{way}}`]);
    const hasText = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if ((hides("X") && wide > 1) || (hides("Y") && high > 1)) found.push(`${{name(one)}} is cut off`);
    else if (hasText && style.overflowX === "visible" && wide > 2) found.push(`${{name(one)}} runs out of its place`);
  }}
  return [...found, ...wide()];
}}"""

# What spoils a page in the way that each question asks about: what is said of it, and how it is done.
SPOILED = {
    "color-contrast": "text({ color: '#999', background: '#aaa' })",
    "scrolls sideways": "text({ width: '2000px' })",
    "has 2 h1": "text({}, 'h1')",
    "has no language": "document.documentElement.removeAttribute('lang')",
    "is 10 × 10": "text({ width: '10px', height: '10px', padding: 0, border: 0, overflow: 'hidden' }, 'button')",
    "is cut off": "text({ height: '1em', lineHeight: '1em', overflow: 'hidden' })",
    "p “Words": "text({}).animate({ opacity: [0, 1] }, 1e6)",
}
SPOIL = """(spoil) => {
  const text = (style, kind = "p") => {
    const made = Object.assign(document.createElement(kind), { textContent: "Words that were put here" });
    Object.assign(made.style, style);
    document.querySelector("main").append(made);
    return made;
  };
  new Function("text", spoil)(text);
}"""

titles, looked_at = defaultdict(set), set()


@pytest.fixture(scope="module")
def tour(chromium, tmp_path_factory):
    with touring(tmp_path_factory.mktemp("tour"), chromium) as tour:
        yield tour


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_nothing_is_wrong_with(tour, state):
    found = defaultdict(list)
    with tour.at(state) as page:
        for look in state.looks(page):
            for fault in faults(page, look, is_printed=state.is_printed):
                found[fault].append(f"{look.scheme} {look.width}")
        titles[page.title().removeprefix("Error: ")].add(state.kind)
        looked_at.add(state)
        assert page.locator("html").get_attribute("lang") == tour.language
        assert [f"{fault}  ({', '.join(where)})" for fault, where in found.items()] == []
        assert tour.faults == []
    assert [words for words in tour.expected if not any(words in one for one in tour.complaints)] == []
    assert tour.hosts == {tour.site.url.split("/")[2]}


def test_every_page_has_a_title_of_its_own():
    if looked_at != set(STATES):
        pytest.skip("Only the whole tour tells.")
    assert {title: kinds for title, kinds in titles.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("words", SPOILED)
def test_a_fault_is_found(tour, words):
    (state,) = [state for state in STATES if state.name == "helped"]
    with tour.at(state) as page:
        look = next(state.looks(page))
        assert not any(words in fault for fault in faults(page, look, is_printed=False))
        page.evaluate(SPOIL, SPOILED[words])
        assert any(words in fault for fault in faults(page, look, is_printed=False))


def test_a_complaint_and_a_foreign_host_are_noticed(tour):
    (state,) = [state for state in STATES if state.name == "helped"]
    with tour.at(state) as page, page.expect_event("console"):
        page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://elsewhere.invalid/' }))")
    assert "elsewhere.invalid" in tour.hosts
    assert any("Content Security Policy" in complaint for complaint in tour.faults)


def faults(page, look, *, is_printed):
    """What is wrong with the page as it is shown now."""
    if is_printed:
        return page.evaluate(PAGE)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    if look.scheme == "dark":
        return page.evaluate(AXE, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})
    found = page.evaluate(AXE, {"type": "tag", "values": TAGS})
    for question in (PAGE, TARGETS, MOVES):
        found += page.evaluate(question)
    page.evaluate(SPACE)
    found += [f"spaced out: {fault}" for fault in page.evaluate(CLIPPED)]
    page.evaluate(UNSPACE)
    return found
