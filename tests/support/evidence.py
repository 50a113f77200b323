"""What is kept of a test in a browser that fails: a trace of each window, and a picture and the markup of each page.

They are in .artifacts, in a folder of the test's name; `.venv/bin/playwright show-trace` opens a trace.
"""

import contextlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error

from tests.support.root import ROOT

ARTIFACTS = ROOT / ".artifacts"


def traced(browser: Browser, *, snapshots: bool = True, **options: Any) -> BrowserContext:
    """A window of the browser that is traced; what nobody keeps is gone when it is closed.

    Snapshots of the page at every step take a fifth of the tour's time, which keeps the page itself.
    """
    context = browser.new_context(**options)
    context.tracing.start(screenshots=False, snapshots=snapshots)
    return context


def keep(name: str, contexts: Iterable[BrowserContext]) -> Path:
    """Writes down what the windows show and what was done in them; the folder."""
    folder = ARTIFACTS / re.sub(r"[^\w.-]+", "-", name).strip("-")[:120]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    contexts = list(contexts)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, start=1):
        with contextlib.suppress(Error):  # a page that is closing has nothing to show, and hides no other one
            (folder / f"page-{number}.html").write_text(page.content(), encoding="utf-8")
            page.screenshot(path=folder / f"page-{number}.png", full_page=True)
    for number, context in enumerate(contexts, start=1):
        with contextlib.suppress(Error):  # not traced
            context.tracing.stop(path=folder / f"trace-{number}.zip")
    return folder
