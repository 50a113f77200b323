"""A tour of every page in every state that a customer can meet, for whoever wants to look at them: tests/browser/test_tour.py
looks for faults, tests/support/screens.py takes pictures. tests/support/states/ has the states, a module a page.

The site is one web process without workers, so what runs stays running; the people in it and its prices
come from tests/support/stage.py. A page's own clock (`performance.now`) stands still too, and moves when a state says so.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from tests.support.chromium import REPLACED
from tests.support.evidence import keep, traced
from tests.support.root import ROOT
from tests.support.site import Site, running

WIDTHS = {1280: 900, 390: 844, 320: 640}  # and the height of each
PAPER = {703: 994}  # A4 between its margins
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

HOLD_THE_CLOCK = "window.passed = 0; performance.now = () => window.passed;"
STAGE = "import django; django.setup(); from tests.support.stage import main; main()"
# The script and all that stands for it are gone, as where there is none; read this way, noscript is an element like others.
WITHOUT_SCRIPT = """(markup) => {
  const page = new DOMParser().parseFromString(markup, "text/html");
  page.querySelectorAll("script, meta[http-equiv], [data-script]").forEach((one) => one.remove());
  page.querySelectorAll("noscript").forEach((one) => one.replaceWith(...one.childNodes));
  return `<!doctype html>${page.documentElement.outerHTML}`;
}"""
# What browsers say of a network that is gone, and of an answer with a status.
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "htmx:afterRequest", "htmx:sendError")
STATUS = "the server responded with a status of"
CHOSEN = "/wallet/dust/?asset=DOGE&asset=ETH&asset=LINK"

Visitor = dict[str, str]  # a customer's name, and the key of its session


class Look(NamedTuple):
    """One way of looking at a page."""

    width: int
    scheme: Scheme


@dataclass(frozen=True)
class State:
    """`kind` is the page it is a state of; `is_whole` says that the page is looked at beyond what the window shows."""

    name: str
    kind: str
    words: str
    show: Callable[["Tour"], contextlib.AbstractContextManager[Page]]
    is_whole: bool = True
    is_printed: bool = False

    def looks(self, page: Page) -> Iterator[Look]:
        """The page in each width and colour scheme, one after the other."""
        for width, height in (PAPER if self.is_printed else WIDTHS).items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(
                    color_scheme=scheme, reduced_motion="reduce", media="print" if self.is_printed else "screen"
                )
                yield Look(width, scheme)


STATES: list[State] = []
Show = Callable[["Tour"], Iterator[Page]]


def state(kind: str, **options: bool) -> Callable[[Show], Show]:
    """Puts a state on the tour."""

    def add(show: Show) -> Show:
        name = show.__name__.replace("_", "-")
        STATES.append(State(name, kind, show.__doc__ or "", contextlib.contextmanager(show), **options))
        return show

    return add


class Stage:
    """Gives orders to tests/support/stage.py: every function that it lists, with its keywords."""

    def __init__(self, site: Site) -> None:
        log = (site.folder / "stage.log").open("ab")
        environment = {"DJANGO_SETTINGS_MODULE": "dustsite.settings"} | site.environment
        self.process = subprocess.Popen(
            [sys.executable, "-c", STAGE],
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert self.process.stdin
        assert self.process.stdout
        self.orders, self.answers = self.process.stdin, self.process.stdout

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def order(**options: Any) -> Any:
            self.orders.write(json.dumps([name, options]) + "\n")
            self.orders.flush()
            answer = self.answers.readline()
            assert answer, f"The stage could not {name} {options}; stage.log beside the database says why."
            return json.loads(answer)

        return order

    def close(self) -> None:
        self.orders.close()
        self.process.wait(20)


class Tour:
    """A browser on the site, in one language. `complaints` is what the browser has complained about in this state, but
    for what the state expects, and `hosts` are those that it asked."""

    def __init__(self, site: Site, stage: Stage, chromium: Browser, language: str = "en") -> None:
        self.site, self.stage, self.chromium, self.language = site, stage, chromium, language
        self.contexts: list[BrowserContext] = []
        self.held: list[Route] = []
        self.forget()

    def forget(self) -> None:
        """Begins anew to note what the browser does."""
        self.complaints: list[str] = []
        self.expected: list[str] = []
        self.hosts: set[str] = set()
        self.has_script = True

    @contextlib.contextmanager
    def at(self, state: State) -> Iterator[Page]:
        """The page in this state, and afterwards all as it was."""
        self.forget()
        self.stage.observe()
        try:
            with state.show(self) as page:
                yield page if self.has_script else self.readable(page)
        except BaseException as error:
            error.add_note(f"kept: {keep(f'tour-{state.name}', self.contexts)}")
            raise
        finally:
            self.leave()

    def leave(self) -> None:
        """Closes every window; what they complain of now does not count."""
        complaints, self.complaints = self.complaints, []
        for route in self.held:
            route.abort()
        for context in self.contexts:
            context.close()
        self.contexts, self.held, self.complaints = [], [], complaints

    @property
    def faults(self) -> list[str]:
        """The complaints that nobody expected."""
        expected = (*self.expected, *REPLACED)
        return [one for one in self.complaints if not any(words in one for words in expected)]

    @cached_property
    def mira(self) -> Visitor:
        """A customer with small balances and one of every reason why not, for states that change nothing of hers."""
        visitor: Visitor = self.stage.customer()
        return visitor

    @cached_property
    def old_hand(self) -> Visitor:
        """A customer with more conversions than one page of the history shows."""
        visitor: Visitor = self.stage.customer()
        self.stage.history(name=visitor["name"], days=22)
        return visitor

    def open(
        self, path: str, visitor: Visitor | None = None, *, expects: Iterable[str] = (), script: bool = True
    ) -> Page:
        """A page in a window of its own, signed in as this visitor; without one, signed out."""
        self.expected.extend(expects)
        self.has_script = script
        context = traced(
            self.chromium,
            snapshots=False,
            base_url=self.site.url,
            locale=self.language,
            timezone_id="UTC",
            viewport={"width": 1280, "height": 900},
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        self.contexts.append(context)
        context.add_init_script(HOLD_THE_CLOCK)
        if visitor:
            context.add_cookies([{"name": "sessionid", "value": visitor["session"], "url": self.site.url}])
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.goto(path)
        return page

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def hold(self, page: Page, address: str) -> None:
        """Leaves unanswered what the page asks of this address."""
        page.route(address, lambda route: self.held.append(route))  # noqa: PLW0108  # Playwright asks what it takes

    def readable(self, plain: Page) -> Page:
        """What a page without JavaScript shows, in a window in which questions can be asked of it."""
        plain.wait_for_load_state()
        page = self.chromium.new_context(reduced_motion="reduce").new_page()
        self.contexts.append(page.context)
        html = page.evaluate(WITHOUT_SCRIPT, plain.content())
        page.route(plain.url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        page.goto(plain.url)
        return page

    def review(self, visitor: Visitor, path: str, *, expects: Iterable[str] = ()) -> Page:
        """The dust page with the dialog open."""
        page = self.open(path, visitor, expects=expects)
        page.locator("#convert").click()
        expect(page.locator("#dialog")).to_have_attribute("open", "")
        expect(page.locator("#review-title")).to_be_focused()
        expect(page.locator("#left time")).to_have_count(0)  # it counts
        return page

    def result(self, visitor: Visitor | None = None, **options: Any) -> Page:
        """The page of a conversion that has ended, of this customer or of one of its own."""
        visitor = visitor or self.stage.customer(small_only=True)
        reference = self.stage.end(name=visitor["name"], **options)
        return self.open(f"/conversions/{reference}/", visitor)

    def progress(self, *, script: bool = True, **options: Any) -> Page:
        """The page of a conversion that is running, and that never hears anything new."""
        visitor = self.stage.customer(small_only=True)
        reference = self.stage.run(name=visitor["name"], **options)
        page = self.open("/help/", visitor, script=script)
        page.route("**/*seen=*", lambda route: route.fulfill(status=204))
        page.goto(f"/conversions/{reference}/")
        return page

    @contextlib.contextmanager
    def closed(self, *, ahead: bool = False) -> Iterator[None]:
        """Conversions are closed, or a closing is announced."""
        self.stage.close_conversions(ahead=ahead)
        try:
            yield
        finally:
            self.stage.reopen()

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """The policy asks for a second factor for Confirm."""
        self.stage.policy(second_factor="confirm")
        try:
            yield
        finally:
            self.stage.policy(second_factor="none")

    @contextlib.contextmanager
    def without_mail(self) -> Iterator[None]:
        """No mail can be sent: something else has the place of the folder that they are kept in."""
        folder, aside = self.site.folder / "db.sqlite3.mail", self.site.folder / "mails-before"
        folder.mkdir(exist_ok=True)
        folder.rename(aside)
        folder.write_text("")
        try:
            yield
        finally:
            folder.unlink()
            aside.rename(folder)

    @contextlib.contextmanager
    def fee(self, percent: str) -> Iterator[None]:
        self.stage.policy(fee_percent=percent)
        try:
            yield
        finally:
            self.stage.policy(fee_percent="0")


@contextlib.contextmanager
def touring(folder: Path, chromium: Browser, language: str = "en", **environment: str) -> Iterator[Tour]:
    """A tour through a site of its own, on a database of its own in the folder."""
    url = f"sqlite:///{folder}/db.sqlite3"
    with running(folder, everything=False, **({"DATABASE_URL": url, "SIGN_UP": "true"} | environment)) as site:
        stage = Stage(site)
        try:
            stage.build()
            site.start_web()
            yield Tour(site, stage, chromium, language)
        finally:
            stage.close()


def spend(page: Page, seconds: int) -> None:
    """Moves the page's clock on."""
    page.evaluate(f"window.passed += {seconds * 1000}")


def press(page: Page, selector: str) -> None:
    page.locator(selector).click()
