"""The operator's two colours: read, judged by WCAG's contrast in both themes, and made a stylesheet.

Primary is what buttons and ticked boxes are filled with; accent is what links and the ring of what has the focus are drawn
in. Contrast is that of WCAG 2.2: words 4.5:1 (1.4.3), what is no word 3:1 (1.4.11).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

THEMES = ("light", "dark")
# What pages are drawn on, as static/css/base.css has it: light, dark.
GROUNDS = {
    "ground": ("#f5f4f0", "#0c0e12"),
    "surface": ("#ffffff", "#14171d"),
    "raised": ("#faf9f6", "#181c23"),
    "sunken": ("#efede7", "#0f1217"),
    "ok-ground": ("#e9f5ef", "#10241c"),
    "warn-ground": ("#fff4dc", "#261e0d"),
    "bad-ground": ("#fdeeec", "#2b1513"),
}
FILLED_ON = ("ground", "surface", "raised")
WORDS, SHAPES = 4.5, 3.0
WHITE, BLACK = "#ffffff", "#000000"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# By how much of black or white the colour of a button changes under the pointer.
HOVER = 0.14


class Colour(NamedTuple):
    """One colour in its form for each theme."""

    light: str
    dark: str


# What buttons are filled with where the operator set no colour, as static/css/base.css has it.
PRIMARY = Colour("#15171c", "#f1f2f4")


def read(name: str, text: str) -> Colour | str:
    """The colour that a setting gives, or the sentence that says what is wrong with it."""
    parts = [part.strip().lower() for part in text.split(",")]
    if len(parts) != len(THEMES) or not all(_COLOUR.fullmatch(part) for part in parts):
        return f"{name} must be two colours, for the light and for the dark theme: {name}=#0b4fb3,#8cb8ff."
    return Colour(*parts)


def unreadable(name: str, colour: Colour, *, draws_words: bool) -> Iterator[str]:
    """A sentence for each theme in which the colour has too little contrast with what it stands on."""
    least, what = (WORDS, "links need") if draws_words else (SHAPES, "a button needs")
    for place, theme in enumerate(THEMES):
        grounds = [shades[place] for name, shades in GROUNDS.items() if draws_words or name in FILLED_ON]
        worst = min(grounds, key=lambda ground: contrast(colour[place], ground))
        found = contrast(colour[place], worst)
        if found < least:
            way = "darker" if theme == "light" else "lighter"
            yield (
                f"{name}: in the {theme} theme {colour[place]} on {worst} has a contrast of {_cut(found)}:1, and {what}"
                f" {least:g}:1. Choose a {way} colour."
            )


def stylesheet(primary: Colour | None, accent: Colour | None) -> str:
    """The tokens that these colours take the place of; empty where there is none."""
    tokens: dict[str, Colour] = {}
    if primary:
        tokens["button"] = primary
        tokens["button-ink"] = inks(primary)
        tokens["button-hover"] = Colour(*map(hover, primary))
    if accent:
        tokens["link"] = tokens["focus"] = accent
    lines = "".join(f"  --{name}: light-dark({light}, {dark});\n" for name, (light, dark) in tokens.items())
    return f":root {{\n{lines}}}\n" if lines else ""


def inks(grounds: Colour) -> Colour:
    """What is read best on each of them."""
    return Colour(*map(ink, grounds))


def ink(ground: str) -> str:
    """Black or white, whichever is read better on it: one of both always has 4.5:1."""
    return max(WHITE, BLACK, key=lambda colour: contrast(colour, ground))


def hover(colour: str) -> str:
    """The colour a little farther from its ink, so that what stands on it is read no worse."""
    away = 0 if ink(colour) == WHITE else 255
    return "#" + "".join(f"{round(part + (away - part) * HOVER):02x}" for part in _parts(colour))


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _cut(ratio: float) -> str:
    """To two decimals, never up: 4.499 is not enough, and must not read like 4.5."""
    return f"{int(ratio * 100) / 100:.2f}"
