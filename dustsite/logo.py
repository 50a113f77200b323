"""The operator's logo: a small SVG that can only be looked at. What it may hold is listed; all else is refused."""

import re
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat  # entities are refused with the document type that declares them

LARGEST = 20_000  # bytes
WIDEST = 2  # times its height: the site's name stands beside it
HEIGHT = 26  # pixels, in the header
SMALLEST_SIDE, LARGEST_SIDE = 1, 100_000  # of a viewBox; browsers ignore what is far from these
SVG, XLINK, XML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"
SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
# Not <use>: with a few of them in each other, a small file draws a million shapes. Nor, therefore, a mask in a mask.
ELEMENTS = frozenset(
    [
        *("svg", "g", "defs", "title", "desc", *SHAPES),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask"),
    ]
)
MASKS = frozenset(["clipPath", "mask"])
UNSEEN = MASKS | {"defs"}  # what is in them is drawn only where something else refers to it
FUNCTIONS = frozenset(["url", "rgb", "rgba", "hsl", "hsla", "matrix", "translate", "scale", "rotate", "skewx", "skewy"])
_FUNCTION = re.compile(r"([\w-]+)\(")
_URL = re.compile(r"url\(", re.IGNORECASE)
_OWN_URL = re.compile(r"""url\(\s*(["']?)#[\w.-]+\1\s*\)""")
_SIDE = r"[\d.]{1,40}"  # far from what no number can tell
_BOX = re.compile(rf"\s*-?{_SIDE}[\s,]+-?{_SIDE}[\s,]+({_SIDE})[\s,]+({_SIDE})\s*")


class Logo(NamedTuple):
    """The file as it is, and how wide it is in the header, in pixels."""

    content: bytes
    width: int


class Refused(Exception):
    """Why a file is no logo: the end of a sentence that begins with the setting's name."""


def read(path: str) -> Logo:
    """Reads a logo. Raises Refused."""
    try:
        if not Path(path).is_file():
            raise Refused(f"there is no file {path}.")
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read: {error}.") from error
    if len(content) > LARGEST:
        raise Refused(f"{path} has more than {LARGEST:,} bytes. Save it as plain SVG, with fewer points.")
    return Logo(content, _Reader(content).width)


class _Reader:
    """Reads the file as a browser would, and raises Refused at the first thing that has no place in a logo."""

    def __init__(self, content: bytes) -> None:
        self.width = 0
        self.has_shape = False
        self.open: list[str] = []
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.StartElementHandler = self._element
        parser.EndElementHandler = self._end
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        try:
            parser.Parse(content.decode(), True)
        except (expat.ExpatError, UnicodeDecodeError) as error:
            raise Refused(f"it is no SVG in UTF-8: {error}.") from error
        if not self.has_shape:
            raise Refused("it draws nothing.")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace != SVG or local not in ELEMENTS:
            raise Refused(f"<{local}> has no place in a logo. Save it as plain SVG, of shapes alone.")
        if not self.open:
            self._root(local, attributes)
        self.open.append(local)
        self.has_shape |= local in SHAPES and not UNSEEN.intersection(self.open)
        for attribute, value in attributes.items():
            _attribute(local, attribute, value)
        if MASKS.intersection(self.open) and {"mask", "clip-path"}.intersection(attributes):
            raise Refused(f"<{local}> in a mask has a mask itself. Save it with one at the most.")

    def _end(self, name: str) -> None:
        self.open.pop()

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        box = _BOX.fullmatch(attributes.get("viewBox", ""))
        try:
            wide, high = (float(side) for side in box.groups()) if box else (0, 0)
        except ValueError:
            wide, high = 0, 0
        if name != "svg" or not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (wide, high)):
            raise Refused('its <svg> needs a viewBox, like viewBox="0 0 26 26".')
        if wide > WIDEST * high:
            raise Refused(f"it is more than {WIDEST} times as wide as it is high. The site's name stands beside it.")
        if high > WIDEST * wide:
            raise Refused(f"it is more than {WIDEST} times as high as it is wide. It would be too narrow to see.")
        self.width = round(HEIGHT * wide / high)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() != "utf-8":
            raise Refused(f"it says that it is in {encoding}. Save it in UTF-8.")

    def _doctype(self, *_: Any) -> None:
        raise Refused("a document type has no place in a logo. Save it as plain SVG.")

    def _instruction(self, *_: Any) -> None:
        raise Refused("an instruction like <?xml-stylesheet?> has no place in a logo.")


def _attribute(element: str, name: str, value: str) -> None:
    """Nothing that is run, and nothing from elsewhere: an attribute refers to what is in the file, or to nothing."""
    namespace, _, local = name.rpartition(" ")
    if namespace not in ("", XLINK, XML) or (namespace == XML and local == "base"):
        raise Refused(f"the attribute {local} of <{element}> has no place in a logo. Save it as plain SVG.")
    if local.lower().startswith("on"):
        raise Refused(f"the attribute {local} of <{element}> is a script.")
    if local == "style":
        raise Refused(f"<{element}> has a style. Save it with presentation attributes, like fill.")
    if local == "href" and not re.fullmatch(r"#[\w.-]+", value):
        raise Refused(f"<{element}> refers to something outside of the file.")
    if "\\" in value or "@" in value or len(_URL.findall(value)) != len(_OWN_URL.findall(value)):
        raise Refused(f"the attribute {local} of <{element}> refers to something outside of the file.")
    if strange := {found.lower() for found in _FUNCTION.findall(value)} - FUNCTIONS:
        raise Refused(f"{min(strange)}() in the attribute {local} of <{element}> has no place in a logo.")
