"""Pictures of the whole site: `make screens` writes each state of tests/support/states/, light and dark, in three widths,
to .screens, with an index.html that shows them all. Languages may be named, `make screens LANGUAGES="en de"`; `pseudo` is
the longer one, written from right to left, of tests/support/pseudo.py. STATES="dust review-40" takes pictures of that page
and that state alone; STATES=measures none, and only measures what is drawn (tests/support/measures.py).
"""

import os
import shutil
import signal
import sys
import tempfile
from html import escape
from itertools import groupby
from pathlib import Path

from playwright.sync_api import Error, Page

from tests.support import pseudo
from tests.support.chromium import launched
from tests.support.measures import NAME, measures
from tests.support.root import ROOT
from tests.support.states import STATES
from tests.support.tour import Look, State, Tour, touring

SCREENS = ROOT / ".screens"
STYLE = """
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 2rem; } h2 { margin: 3rem 0 0; } h3 { font-weight: 500; margin: 1.5rem 0 .5rem; }
section > div { display: flex; gap: .75rem; align-items: flex-start; overflow-x: auto; }
img { border: 1px solid #8888; max-height: 30rem; object-fit: cover; object-position: top; }
"""


def main(languages: list[str], wanted: set[str]) -> str | int:
    states = [state for state in STATES if not wanted or {state.kind, state.name} & wanted]
    if unknown := wanted - {NAME} - {word for state in states for word in (state.kind, state.name)}:
        return f"There is no page or state of the name {', '.join(sorted(unknown))}. There are: {', '.join(names())}."
    with launched() as chromium:
        for language in languages:
            # No browser knows the pseudo-language: there the site speaks it whatever is asked for.
            is_pseudo = language == pseudo.LANGUAGE
            if states:
                with tempfile.TemporaryDirectory() as folder:
                    environment = pseudo.environment(Path(folder)) if is_pseudo else {}
                    with touring(Path(folder), chromium, "en" if is_pseudo else language, **environment) as tour:
                        take_all(tour, language, states)
            if not is_pseudo and (not wanted or NAME in wanted):
                for line in measures(chromium, language):
                    print(f"{language}  {line}", flush=True)
    return 0


def names() -> list[str]:
    """Of every page, and of its states."""
    return [NAME, *dict.fromkeys(word for state in STATES for word in (state.kind, state.name))]


def take_all(tour: Tour, language: str, states: list[State]) -> None:
    """The pictures of one language, and the sheet that shows them."""
    folder = SCREENS / language
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    taken = {}
    for state in states:
        try:
            with tour.at(state) as page:
                taken[state] = [take(page, state, look, folder) for look in state.looks(page)]
        except (AssertionError, Error) as error:
            tour.complaints.append(f"not reached: {error}")
        print(f"{language}  {state.name}" + "".join(f"\n    {fault}" for fault in tour.faults), flush=True)
    (folder / "index.html").write_text(sheet(language, taken), encoding="utf-8")
    print(f"Open {folder / 'index.html'}")


def take(page: Page, state: State, look: Look, folder: Path) -> str:
    """The name of the picture of this look."""
    name = f"{state.name}-{look.scheme}-{look.width}.png"
    if state.is_whole and not state.is_printed:  # what is out of the window's sight is not drawn
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": look.width, "height": height})
    page.screenshot(path=folder / name, full_page=state.is_whole, timeout=120_000)
    return name


def sheet(language: str, taken: dict[State, list[str]]) -> str:
    """A page with every picture, by page and state."""
    parts = [f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Screens: {escape(language)}</title>']
    parts.append(f"<style>{STYLE}</style><h1>Screens: {escape(language)}</h1>")
    for kind, states in groupby(sorted(taken, key=lambda state: state.kind), key=lambda state: state.kind):
        parts.append(f"<h2>{escape(kind)}</h2>")
        for state in states:
            pictures = "".join(
                f'<a href="{name}"><img src="{name}" alt="{name}" loading="lazy"></a>' for name in taken[state]
            )
            words = f"{escape(state.words)} <small>{state.name}</small>"
            parts.append(f"<section><h3>{words}</h3><div>{pictures}</div></section>")
    return "\n".join(parts)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ended from outside, it still ends what it started
    sys.exit(main(sys.argv[1:] or ["en"], set(os.environ.get("STATES", "").split())))
