"""A page as somebody hears it who has only a keyboard: what has the focus, and every message, as Chromium's accessibility
tree names them. What differs from one time to the next is masked.
"""

import re
from collections import deque
from typing import Any

from playwright.sync_api import Page

from tests.support.site import wait_for

# Tells of every message of a live region, and lives through every page of the window.
LISTEN = """document.addEventListener("DOMContentLoaded", () => {
  for (const region of document.querySelectorAll("[id^=say], [id^=warn]")) {
    const tell = () => region.textContent.trim() && heard(region.role, region.textContent.trim().replace(/\\s+/g, " "));
    new MutationObserver(tell).observe(region, { childList: true, characterData: true, subtree: true });
  }
});"""
STATES = ("checked", "expanded", "pressed", "invalid", "required", "disabled", "busy")
MASKS = {r"CV-\w{4}-\w{4}": "CV-…", r"\d+(?:[.,:]\d+)*": "#"}
FURTHEST = 60  # stops on one page


class Aloud:
    """`lines` is what was heard, a line each."""

    def __init__(self, page: Page) -> None:
        self.page, self.lines = page, list[str]()
        self.messages: deque[str] = deque()
        self.tree = page.context.new_cdp_session(page)
        page.expose_function("heard", lambda role, words: self.messages.append(f"  {role}: {words}"))
        page.add_init_script(LISTEN)

    @property
    def text(self) -> str:
        return "\n".join(masked(line) for line in self.lines) + "\n"

    def arrive(self, address: str) -> None:
        """The page of this address is there, and its title is read."""
        self.page.wait_for_url(address)
        self.page.wait_for_load_state()
        self.lines += ["", self.page.title()]

    def tab_to(self, selector: str) -> None:
        """Tab by Tab until this one has the focus; each that had it is read."""
        for _ in range(FURTHEST):
            self.page.keyboard.press("Tab")
            self.read()
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"No Tab leads to {selector}.")

    def press(self, key: str) -> None:
        self.lines.append(f"[{key}]")
        self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.lines.append("[types]")
        self.page.keyboard.type(words)

    def hear(self) -> None:
        """The next message."""
        wait_for(lambda: self.page.evaluate("1") and self.messages, what="a message")
        self.lines.append(self.messages.popleft())

    def read(self) -> None:
        """What has the focus: its role, its name, and its state."""
        if self.page.evaluate("document.activeElement === document.body"):
            self.lines.append("  (the browser)")
            return
        focused = self.tree.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        (node,) = self.tree.send("Accessibility.getPartialAXTree", {"objectId": focused, "fetchRelatives": False})[
            "nodes"
        ]
        said = [node["role"]["value"], f"“{node['name']['value'].strip()}”"]
        said += [described(one) for one in node.get("properties", []) if one["name"] in STATES]
        said += [node[what]["value"] for what in ("description", "value") if node.get(what, {}).get("value")]
        self.lines.append("  " + ", ".join(filter(None, map(str, said))))


def described(one: dict[str, Any]) -> str:
    """A state in words; none for what is simply not so, but for a box that is not ticked or a part that is folded."""
    value = str(one["value"]["value"]).lower()
    if value in ("true", "false") and one["name"] in ("checked", "expanded"):
        return str(one["name"]) if value == "true" else f"not {one['name']}"
    return "" if value == "false" else str(one["name"]) if value == "true" else f"{one['name']} {value}"


def masked(line: str) -> str:
    for pattern, mask in MASKS.items():
        line = re.sub(pattern, mask, line)
    return line
