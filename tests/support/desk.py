"""An operator at a browser of their own, who begins each task at the home panel and is counted their clicks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.support import chromium as chromiums

# So many clicks lead from the home panel to any task done.
MOST = 5
PASSWORD = "a long and strange password"


class Desk:
    """One person's. `complaints` are what the browser complained of."""

    def __init__(self, chromium: Browser, address: str, name: str) -> None:
        self.name, self.clicks = name, 0
        self.complaints: list[str] = []
        self.context = chromium.new_context(
            base_url=address, timezone_id="UTC", viewport={"width": 1280, "height": 900}
        )
        self.page: Page = self.context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _note(self, message: ConsoleMessage) -> None:
        known = ["status of 422", *chromiums.REPLACED]
        if message.type == "error" and not any(words in message.text for words in known):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def choose_password(self) -> None:
        """By the newest mail to them, which a demonstration shows."""
        self.page.goto("/demo/mail/")
        mail = self.page.locator("article", has_text=f"{self.name}@example.com").first.inner_text()
        self.page.goto(next(word for word in mail.split() if "/reset/key/" in word))
        for field in self.page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        self.page.locator("main button.primary, main form button").last.click()
        expect(self.page.locator("h1")).not_to_contain_text("Choose")

    def sign_in(self, to: str = "/admin/") -> None:
        self.page.goto(f"/accounts/login/?next={to}")
        self.page.fill("[name=login]", self.name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(f"**{to}")

    @contextmanager
    def task(self, what: str) -> Iterator[None]:
        self.clicks = 0
        self.page.goto("/admin/")
        yield
        assert self.clicks <= MOST, f"{what} takes {self.clicks} clicks"

    def click(self, place: Locator) -> None:
        self.clicks += 1
        place.click()

    def link(self, name: str, *, exact: bool = True) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=exact).first)

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def figure(self, name: str) -> None:
        """The home panel's of this name."""
        row = self.page.locator("#home tr", has=self.page.get_by_role("rowheader", name=name, exact=True))
        self.click(row.get_by_role("link"))

    def model(self, name: str) -> None:
        """The list of a kind of rows, or with "Add" before it the form for a new one."""
        adds, name = name.startswith("Add "), name.removeprefix("Add ")
        row = self.page.locator("#content-main tr", has=self.page.get_by_role("rowheader", name=name, exact=True))
        self.click(row.locator("a.addlink" if adds else "th a"))

    def row(self, text: str) -> None:
        """The first of a list that has this text."""
        self.click(self.page.locator("#result_list tbody tr", has_text=text).locator("th a").first)

    def fill(self, **fields: str) -> None:
        """Fields by their names; no click."""
        for name, text in fields.items():
            field = self.page.locator(f"#content [name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=text)
            else:
                field.fill(text)

    def choose(self, file: Path, content: str) -> None:
        file.write_text(content)
        self.page.locator("#content [name=file]").set_input_files(file)

    def told(self, words: str) -> None:
        expect(self.page.locator("#content, .messagelist").filter(has_text=words).first).to_be_visible()

    def propose(self, kind: str, *, confirms: bool = False, **fields: str) -> None:
        """A proposal, by its preview."""
        with self.task(f"propose {kind}"):
            self.model("Proposals")
            self.click(self.page.locator("#ways").get_by_role("link", name=kind, exact=True))
            self.fill(**fields)
            self.button("Preview")
            expect(self.page.locator("#preview")).to_be_visible()
            if confirms:
                self.clicks += 1
                self.page.get_by_label("I mean every change").check()
            self.button("Propose")
            self.told("Another operator has to approve it.")

    def approve(self) -> None:
        """The newest proposal that waits for them."""
        with self.task("approve"):
            self.figure("Wait for you")
            self.click(self.page.locator("#result_list tbody th a").first)
            self.button("Approve")
            expect(self.page.locator("#standing")).to_contain_text(f"Approved by {self.name}")
