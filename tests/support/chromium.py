"""The browser of the tests and of the pictures: Debian's Chromium without its windows, else with, or what CHROMIUM names."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

# With its windows it prepares the toolbar of each, and opening a page takes three times as long.
WITHOUT_WINDOWS, WITH_WINDOWS = "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"
CHROMIUM = os.environ.get("CHROMIUM") or (WITHOUT_WINDOWS if Path(WITHOUT_WINDOWS).exists() else WITH_WINDOWS)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
# What htmx says of a request that a newer one replaced: whether it was still on its way then is chance. One that failed
# says sendError, timeout or responseError too.
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser until the end of the block."""
    if not Path(CHROMIUM).exists():
        raise FileNotFoundError(
            f"{CHROMIUM} is missing. Install Chromium (Debian: apt install chromium-headless-shell) or set CHROMIUM."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
