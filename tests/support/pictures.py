"""The README's pictures: `make pictures` writes them to docs, of the demonstration as `make run` begins with it.

One a page, in the light theme, on a site of its own that is gone afterwards. Together they have at most what `MOST` says.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Page, ViewportSize

from tests.support.chromium import launched
from tests.support.root import ROOT
from tests.support.site import Site, running, wait_for

DOCS = ROOT / "docs"
SIZE: ViewportSize = {"width": 920, "height": 600}
WIDE: ViewportSize = {"width": 1180, "height": 640}  # for the README's first, where all columns are to be seen
TALL: ViewportSize = {"width": 1180, "height": 920}  # down to the figures
HIGH: ViewportSize = {"width": 920, "height": 800}  # the review as a whole
MOST = 700_000  # bytes of all of them together


class Picture(NamedTuple):
    """What a file in docs shows, and how to come there from the wallet's page."""

    name: str
    go: Callable[[Page], object]
    size: ViewportSize = SIZE
    top: str = "body"  # what stands at its upper edge


def tick(page: Page, *codes: str) -> None:
    page.goto("/wallet/dust/")
    for code in codes:
        page.check(f"#choose-{code}")
    page.wait_for_selector(f"#summary:has-text('from {len(codes)} balances')")


def follow(page: Page, label: str) -> None:
    page.click(f"#demonstration a:has-text('{label}')")


def review(page: Page) -> None:
    tick(page, "DOGE", "LINK", "TRX", "XRP")
    page.click("#convert")
    page.wait_for_selector("dialog[open]")


def receipt(page: Page) -> None:
    """Of what was reviewed, with how it was calculated."""
    review(page)
    page.click("#go")
    page.wait_for_selector("#result")
    page.reload()
    page.click("#record summary")


def operators(page: Page) -> None:
    """Once each worker has told of itself."""
    page.context.clear_cookies()
    sign_in(page, "admin", "/admin/")
    wait_for(lambda: page.reload() and page.query_selector("#home a:text-is('No alerts')"), what="no alert")


PICTURES = [
    Picture("wallet-page", lambda page: page.goto("/wallet/")),
    Picture("dust-page", lambda page: tick(page, "DOT", "DOGE", "LINK", "TRX"), WIDE),
    Picture("review-page", review, HIGH),
    Picture("receipt-page", receipt, top="#calculation"),
    Picture("stopped-page", lambda page: follow(page, "See a stop")),
    Picture("history-page", lambda page: follow(page, "Look back")),
    Picture("operators-page", operators, TALL),
]


def sign_in(page: Page, name: str, goes_on_to: str) -> None:
    page.goto(f"/accounts/login/?next={goes_on_to}")
    page.fill("[name=login]", name)
    page.fill("[name=password]", name)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{goes_on_to}")


def take_all(site: Site, folder: Path) -> None:
    """Writes every picture into the folder."""
    with launched() as chromium:
        context = chromium.new_context(base_url=site.url, viewport=SIZE, color_scheme="light", locale="en-US")
        page = context.new_page()
        sign_in(page, "demo", "/wallet/")
        for picture in PICTURES:
            site.manage("refresh_prices")
            page.set_viewport_size(picture.size)
            page.goto("/wallet/")
            picture.go(page)
            page.wait_for_load_state("networkidle")
            page.evaluate("top => document.querySelector(top).scrollIntoView()", picture.top)
            page.screenshot(path=folder / f"{picture.name}.png")


def main(folder: Path) -> str | int:
    with TemporaryDirectory(prefix="pictures-") as place, running(Path(place), everything=False) as site:
        site.manage("migrate", "--verbosity", "0")
        site.manage("createcachetable")
        site.manage("seed_demo", "--history")
        site.start_all()
        take_all(site, folder)
    sizes = [(folder / f"{picture.name}.png").stat().st_size for picture in PICTURES]
    print(f"{len(sizes)} pictures, {sum(sizes):,} bytes, in {folder}")
    return 0 if sum(sizes) <= MOST else f"Together they have more than {MOST:,} bytes."


if __name__ == "__main__":
    sys.exit(main(DOCS))
