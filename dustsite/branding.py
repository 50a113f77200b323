"""What makes the site the operator's own beside its name: logo, colours, the way back to the host, legal links.

All of it is judged when the site starts, which it refuses with a sentence for each thing that is wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from environ import Env

from dustsite import colours, logo, production

MOST_LINKS, LONGEST_LABEL = 8, 40


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Brand:
    """`stylesheet` and `logo` are empty, and `home` is None, where the operator set none; `primary` is our own then."""

    stylesheet: str = ""
    primary: colours.Colour = colours.PRIMARY
    logo: bytes = b""
    logo_width: int = 0
    home: Link | None = None
    links: tuple[Link, ...] = ()

    @property
    def primary_ink(self) -> colours.Colour:
        """What is written on `primary`."""
        return colours.inks(self.primary)

    @property
    def version(self) -> str:
        """Another one for other contents, so that no browser shows what it kept."""
        return sha256(self.stylesheet.encode() + self.logo).hexdigest()[:12]


def configured(env: Env) -> Brand:
    """The brand that the environment describes. Raises ImproperlyConfigured with every sentence that there is."""
    problems: list[str] = []
    primary = _colour("BRAND_PRIMARY", env.str("BRAND_PRIMARY", default=""), problems, draws_words=False)
    accent = _colour("BRAND_ACCENT", env.str("BRAND_ACCENT", default=""), problems, draws_words=True)
    home = _links("BRAND_HOME", env.str("BRAND_HOME", default=""), problems, most=1)
    links = _links("BRAND_LINKS", env.str("BRAND_LINKS", default=""), problems, most=MOST_LINKS)
    image = _logo(env.str("BRAND_LOGO", default=""), problems)
    production.refuse(problems)
    return Brand(
        stylesheet=colours.stylesheet(primary, accent),
        primary=primary or colours.PRIMARY,
        logo=image.content if image else b"",
        logo_width=image.width if image else 0,
        home=home[0] if home else None,
        links=links,
    )


def _colour(name: str, text: str, problems: list[str], *, draws_words: bool) -> colours.Colour | None:
    if not text:
        return None
    found = colours.read(name, text)
    if isinstance(found, str):
        problems.append(found)
        return None
    problems += colours.unreadable(name, found, draws_words=draws_words)
    return found


def _logo(path: str, problems: list[str]) -> logo.Logo | None:
    try:
        return logo.read(path) if path else None
    except logo.Refused as refused:
        problems.append(f"BRAND_LOGO: {refused}")
        return None


def _links(name: str, text: str, problems: list[str], *, most: int) -> tuple[Link, ...]:
    """Links as a setting has them: label=address, separated by commas."""
    parts = [part.strip() for part in text.strip().removesuffix(",").split(",")] if text else []
    if len(parts) > most:
        problems.append(f"{name} has {len(parts)} links; {most} at the most." if most > 1 else f"{name} is one link.")
    found = []
    for part in parts:
        label, _, address = (side.strip() for side in part.partition("="))
        problems += _problems_of_link(name, label, address)
        found.append(Link(label, address))
    return tuple(found)


def _problems_of_link(name: str, label: str, address: str) -> Iterator[str]:
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        yield f"{name} must be label=address, with a label of {LONGEST_LABEL} characters at the most: Terms=/terms/."
    if not is_safe(address):
        yield (
            f"{name}: “{address[:80]}” must begin with https:// or be a path of this host, like /terms/. Write a comma"
            " within an address as %2C."
        )


_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def is_safe(address: str) -> bool:
    """Whether a link may lead there: https with a host, or a path of this one; nothing that a browser reads otherwise."""
    if not re.fullmatch(r"[!-\[\]-~]+", address):  # no spaces, no letters beyond ASCII, no backslash
        return False
    try:
        parts = urlsplit(address)
        has_port = parts.port != 0  # raises for what is no port
    except ValueError:
        return False
    if parts.scheme or address.startswith("//"):
        is_host = _HOST.fullmatch(parts.hostname or "") is not None
        return address.startswith("https://") and is_host and has_port and "@" not in parts.netloc
    return address.startswith("/")
