"""What several tests in a browser do and ask."""

from playwright.sync_api import Page, expect

# The colour of the page's ground in the two themes.
LIGHT, DARK = "rgb(245, 244, 240)", "rgb(12, 14, 18)"
# Whatever would move or fade, pseudo-elements too.
MOVING = """() => [...document.querySelectorAll("*")].flatMap((node) => ["", "::before", "::after"].filter((part) => {
  const { animationName, transitionDuration } = getComputedStyle(node, part);
  return animationName !== "none" || transitionDuration.split(",").some((length) => parseFloat(length) > 0);
}).map((part) => `${node.tagName}.${node.className}${part}`))"""
# Notes everything that a region says from now on.
LISTEN = """(region) => {
  window.said = [];
  const observer = new MutationObserver(() => said.push(region.textContent));
  observer.observe(region, { childList: true, characterData: true, subtree: true });
}"""


def convert(page: Page, *codes: str) -> None:
    """Converts these balances; leaves the browser at the progress or the receipt."""
    page.goto("/wallet/dust/")
    for code in codes:
        page.check(f"#choose-{code}")
    page.locator("#convert-dock:visible, #summary .go:visible").first.click()
    page.get_by_role("button", name="Confirm conversion").click()
    page.wait_for_url("**/conversions/CV-*/")


def review(page: Page) -> None:
    """Opens the review in its dialog, on a page whose clock the test can move on."""
    page.clock.install()
    page.reload()
    page.get_by_role("button", name="Review conversion").click()
    expect(page.locator("#dialog")).to_have_attribute("open", "")
    page.clock.run_for(1_000)  # until htmx has settled
