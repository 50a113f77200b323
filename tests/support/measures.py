"""What `make screens` prints beside its pictures and no test judges: how heavy pages are, how long the server takes for them,
what moves on them by itself, and how long the browser is busy on a processor four times slower, all with the static files
that production serves. STATES=measures prints them alone.

On two cores that the site, the browser and this program share, a task that takes 40 ms may be told as one of 200: each page is
visited several times, and the long tasks of each step are those of the visit in the middle, by their sum. Of the visits before
and after it in this order half may have some where none is told. Everything else is of the last visit.
"""

import contextlib
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.chromium import DESKTOP, PHONE
from tests.support.evidence import traced
from tests.support.root import ROOT
from tests.support.tour import Tour, Visitor, touring

NAME = "measures"
MANY = 300
SLOWER = 4
ASKED = 15  # times for one page
VISITS = 5
BEFORE = "/help/"  # the page that one comes from
PRESSED = {"one ticked": ".choices tbody [type=checkbox]", "all ticked": "#all", "searched": "#find"}
KEY_MS = 50
CLICK_MS = 80  # from pressing the button until it's let go, as people do; at once, both would be one task
ANSWERED_MS = 3_000  # a page with hundreds of balances has its answer by then, also on the slower processor
OLD_AFTER_MS = 31_000  # when a page that stays open says how old its prices are
# What moved, and which tasks took longer than 50 ms; both also before anybody asks.
WATCH = """window.moved = 0; window.tasks = [];
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
watch("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) moved += value; });
watch("longtask", ({ duration }) => { tasks.push(Math.round(duration)); });
"""


# When the browser has nothing more to do, and has told of it; it may forget that it is idle while it is slowed down.
TASKS = """() => new Promise((done) =>
  requestIdleCallback(() => setTimeout(() => done(tasks.splice(0)), 100), { timeout: 2000 }))"""


@dataclass
class Measured:
    """Of a page: its elements, kilobytes of markup as it is sent, how much moved (CLS), the long tasks, in ms, by step, and
    ms until the server answers (the median).
    """

    nodes: int
    weight: float
    moved: float
    tasks: dict[str, list[int]]
    server: float = 0

    def __str__(self) -> str:
        long = ", ".join(f"{step} {' + '.join(map(str, tasks))} ms" for step, tasks in self.tasks.items() if tasks)
        busy = f", long tasks: {long}" if long else ", no long task" if self.tasks else ""
        return f"{self.nodes:5} nodes, {self.weight:4.1f} KB, {self.server:3.0f} ms, CLS {self.moved:.4f}{busy}"


def measures(chromium: Browser, language: str) -> Iterator[str]:
    """A line for each page, of customers with some balances and with very many, on a desk and on a phone."""
    with tempfile.TemporaryDirectory() as folder, touring(Path(folder), chromium, language, **served(folder)) as tour:
        tour.stage.observe()
        shown = list(pages(tour))
        for size in (DESKTOP, PHONE):
            for words, who, path in shown:
                yield f"{size['width']:5}  {words:20} {measured(tour, who, size, path)}"


def served(folder: str) -> dict[str, str]:
    """Collects the static files as production does; the environment in which the site serves these."""
    environment = {"DJANGO_SETTINGS_MODULE": "tests.support.served_settings", "COLLECTED": f"{folder}/static"}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=os.environ | environment, check=True)
    return environment


def pages(tour: Tour) -> Iterator[tuple[str, Visitor | None, str]]:
    """What is measured: in words, who looks, and where."""
    yield "sign in", None, "/accounts/login/"
    yield "help", None, "/help/"
    for path in ("/wallet/", "/wallet/dust/", "/settings/", "/settings/security/", "/wallet/movements/"):
        yield path.strip("/").split("/")[-1], tour.mira, path
    yield "history", tour.old_hand, "/conversions/"
    few: Visitor = tour.stage.customer(small_only=True)
    yield "result", few, result(tour, few)
    empty: Visitor = tour.stage.customer(holdings={})
    for path in ("/wallet/", "/wallet/dust/"):
        yield f"{path.strip('/').split('/')[-1]}, 0", empty, path
    many: Visitor = tour.stage.customer(many=MANY)
    for path in ("/wallet/", "/wallet/dust/", "/wallet/movements/"):
        yield f"{path.strip('/').split('/')[-1]}, {MANY}", many, path
    many = tour.stage.customer(many=MANY)
    yield f"result, {MANY}", many, result(tour, many)


def result(tour: Tour, who: Visitor, **options: Any) -> str:
    return f"/conversions/{tour.stage.end(name=who['name'], **options)}/"


@contextlib.contextmanager
def window(tour: Tour, who: Visitor | None, size: ViewportSize) -> Iterator[Page]:
    """A page of this visitor that notes what moves, and whose clock can be moved on."""
    context = traced(tour.chromium, snapshots=False, base_url=tour.site.url, locale=tour.language, viewport=size)
    context.add_init_script(WATCH)
    if who:
        context.add_cookies([{"name": "sessionid", "value": who["session"], "url": tour.site.url}])
    try:
        yield context.new_page()
    finally:
        context.close()


def measured(tour: Tour, who: Visitor | None, size: ViewportSize, path: str) -> Measured:
    """The page at the last of some visits, with the long tasks of those in the middle."""
    visits = []
    for _ in range(VISITS - 1):
        with window(tour, who, size) as page:
            visits.append(visited(page, path).tasks)
    with window(tour, who, size) as page:
        last = visited(page, path)
        last.server, last.moved = answering(page, path), last.moved + moved_later(page)
    visits.append(last.tasks)
    last.tasks = {step: middle([tasks[step] for tasks in visits]) for step in last.tasks}
    return last


def middle(tasks: list[list[int]]) -> list[int]:
    """Those of the visit than which as many took longer as took less."""
    return sorted(tasks, key=sum)[len(tasks) // 2]


def visited(page: Page, path: str) -> Measured:
    """The page as it loads in a browser that has just started and in one that comes from another page of the site, and as
    everything on it that can be ticked is.
    """
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(path)
    tasks = {"first load": busy(page)}
    page.goto(BEFORE)
    answer = page.goto(path)
    assert answer
    assert answer.ok, path
    weight = len(gzip.compress(answer.body())) / 1024
    tasks["load"] = busy(page)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    if page.query_selector(PRESSED["one ticked"]):
        tasks |= ticked(page)
    return Measured(nodes, weight, page.evaluate("moved"), tasks)


def answering(page: Page, path: str) -> float:
    """How long the server takes for it, in ms: the median of some times."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        page.request.get(path)
        took.append(time.perf_counter() - began)
    return median(took) * 1000


def moved_later(page: Page) -> float:
    """How much moves by itself in half a minute."""
    page.clock.install()
    page.reload()
    before = page.evaluate("moved")
    page.clock.run_for(OLD_AFTER_MS)
    return float(page.evaluate("moved") - before)


def ticked(page: Page) -> dict[str, list[int]]:
    """By the mouse and the keys alone: Playwright's own look at what it clicks would count as the page's work."""
    places = {name: place(page, css) for name, css in PRESSED.items()}
    tasks = {}
    page.mouse.click(*places["one ticked"], delay=CLICK_MS)
    tasks["one ticked"] = answered(page)
    page.mouse.click(*places["all ticked"], delay=CLICK_MS)
    tasks["all ticked"] = answered(page)
    page.mouse.click(*places["searched"])
    page.keyboard.type("x1", delay=KEY_MS)
    tasks["searched"] = answered(page)
    for _ in "x1":
        page.keyboard.press("Backspace", delay=KEY_MS)
    tasks["cleared"] = answered(page)
    page.mouse.click(*place(page, "#convert:visible, #convert-dock:visible"), delay=CLICK_MS)
    tasks["reviewed"] = answered(page)
    return tasks


def place(page: Page, css: str) -> tuple[float, float]:
    """The middle of it in the window, once it is there."""
    locator = page.locator(css).first
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box
    busy(page)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def answered(page: Page) -> list[int]:
    """The long tasks until everything that was asked for has come and is drawn."""
    page.wait_for_timeout(ANSWERED_MS)
    return busy(page)


def busy(page: Page) -> list[int]:
    """The long tasks since the last time."""
    return list(page.evaluate(TASKS))
