"""A page as a tree of elements, so that tests ask it questions instead of matching its markup."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Self

from django.http import HttpResponseBase

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "noscript", "title"}
STEP = re.compile(r"([#.]?)([\w-]+)|\[([\w-]+)(?:=([^\]]*))?\]")


class Element:
    """An element, or with no name what holds the outermost ones; its children are elements and pieces of text."""

    def __init__(self, name: str = "", attributes: dict[str, str] | None = None) -> None:
        self.name, self.attributes = name, attributes or {}
        self.children: list[Self | str] = []

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def get(self, attribute: str) -> str | None:
        """The attribute's value; empty when it has none, None without the attribute."""
        return self.attributes.get(attribute)

    @property
    def elements(self) -> list[Self]:
        return [child for child in self.children if not isinstance(child, str)]

    @property
    def is_page(self) -> bool:
        """Whether it is a whole page with its doctype, and not a part of one."""
        return [element.name for element in self.elements] == ["!doctype", "html"]

    def within(self) -> Iterator[Self]:
        """Every element in this one, in the order of the markup."""
        for element in self.elements:
            yield element
            yield from element.within()

    def select(self, selector: str) -> list[Self]:
        """The elements that a selector such as `#filters input[name=asset]` finds in this one, in the markup's order.

        It knows names, ids, classes, attributes with and without a value, and descendants; a value may have no space.
        """
        first, _, rest = selector.partition(" ")
        found = [element for element in self.within() if element.is_a(first)]
        if not rest:
            return found
        wanted = {id(one) for element in found for one in element.select(rest)}
        return [element for element in self.within() if id(element) in wanted]

    def find(self, selector: str) -> Self:
        """The one element that the selector finds; a failure when there is another number of them."""
        found = self.select(selector)
        assert len(found) == 1, f"{selector} finds {len(found)} elements."
        return found[0]

    def is_a(self, step: str) -> bool:
        """Whether the element is what one step of a selector says, such as `input[name=asset]`."""
        return all(self._is(*parts) for parts in STEP.findall(step))

    def _is(self, sign: str, name: str, attribute: str, value: str) -> bool:
        if attribute:
            return attribute in self.attributes and value in ("", self.attributes[attribute])
        if sign == "#":
            return self.attributes.get("id") == name
        return name in self.attributes.get("class", "").split() if sign else name == self.name

    @property
    def text(self) -> str:
        """What it says, with a space wherever a tag is; a figure in two shades is one word."""
        words = " ".join("".join(self.pieces()).split())
        return words.replace(" .", ".").replace(" ,", ",")

    def pieces(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.is_a("span.z"):
                yield child.text
            elif child.name not in SILENT:
                yield from (" ", *child.pieces(), " ")
        for unsaid in ("data-pad", "data-unit"):  # which the style sheet puts behind it
            if self.attributes.get(unsaid):
                yield f" {self.attributes[unsaid]} "


class Reader(HTMLParser):
    """Builds the tree, and accepts no markup whose tags do not close in order; an option ends where the next one begins."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open = [Element()]
        self.feed(markup)
        self.close()
        if len(self.open) > 1:
            raise ValueError(f"Nothing closes <{self.open[-1].name}>.")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "option":
            self._end_option()
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(self.open[-1].elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag != "option":
            self._end_option()
        if tag != self.open[-1].name:
            raise ValueError(f"</{tag}> stands where <{self.open[-1].name}> is open.")
        self.open.pop()

    def _end_option(self) -> None:
        if self.open[-1].name == "option":
            self.open.pop()

    def handle_decl(self, decl: str) -> None:
        self.open[-1].children.append(Element("!doctype"))

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(page: HttpResponseBase | str) -> Element:
    """The tree of a response or of markup."""
    return Reader(page if isinstance(page, str) else page.content.decode()).open[0]  # type: ignore[attr-defined]
