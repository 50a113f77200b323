"""What axe says of the admin's pages: of what is ours, the frame around it is Django's."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false };
  const found = await axe.run("#content", options);
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`));
}"""


def assert_accessible(page: Page) -> None:
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == [], page.url
