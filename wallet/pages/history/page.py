"""What the page of the history says."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.forms import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats
from wallet.pages import markup
from wallet.pages.history import filters as filtering
from wallet.pages.history.filters import Filters
from wallet.pages.history.window import Window
from wallet.pages.problems import Problem


@dataclass(frozen=True, slots=True)
class Empty:
    """What is said where there are no conversions, and a link that leads on."""

    words: str
    label: str
    address: str


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """`window` is None while the filters are not sound, and `problems` say why.

    `controls` are the filters' own; `is_open`: they are shown, because they were just used. `address` is this page's.
    `is_part`: htmx asks for the part that changes.
    """

    filters: Filters
    controls: list[BoundField]
    problems: list[Problem]
    window: Window | None
    now: datetime
    address: str
    is_open: bool
    is_part: bool

    @property
    def title(self) -> str:
        return _("Error: Conversion history") if self.problems else _("Conversion history")

    @property
    def say(self) -> str:
        """What a screen reader says when the part has come."""
        return self.summary if self.window else self.problems[0].words

    @property
    def shows_controls(self) -> bool:
        return self.is_open or bool(self.problems)

    @cached_property
    def presets(self) -> list[filtering.Preset]:
        return filtering.presets(self.filters, self.now, keeps_focus=not self.chips)

    @cached_property
    def chips(self) -> list[filtering.Chip]:
        return filtering.chips(self.filters)

    @property
    def filters_label(self) -> str:
        """What the controls are opened by: how many filters are set."""
        if not self.chips:
            return _("Filters")
        return markup.filled(_('Filters (%(count)s)<span class="vh"> applied</span>'), count=f"{len(self.chips)}")

    @property
    def may_clear(self) -> bool:
        """Whether there is anything that a click on "Clear filters" takes away."""
        return bool(self.chips or self.problems)

    @property
    def downloads(self) -> list[filtering.Download]:
        return filtering.downloads(self.filters)

    @property
    def summary(self) -> str:
        assert self.window is not None
        words = ngettext(
            "%(count)d conversion, %(amount)s BNB received",
            "%(count)d conversions, %(amount)s BNB received",
            self.window.count,
        )
        return words % {"count": self.window.count, "amount": formats.coin(self.window.received_units)}

    @property
    def shows_summary(self) -> bool:
        """Not to the eye where there is nothing to count."""
        return self.window is not None and bool(self.window.count or self.chips)

    @property
    def empty(self) -> Empty | None:
        """None: there are rows."""
        if self.window is None or self.window.rows or self.window.running:
            return None
        if self.window.count:
            return Empty(_("There are no more conversions here."), _("Newest"), self.filters.address())
        if self.chips:
            return Empty(_("No conversions match these filters."), _("Clear filters"), reverse("history"))
        words = _("You haven’t converted any small balances yet.")
        return Empty(words, _("Convert small balance to BNB"), reverse("dust"))

    @property
    def newer_address(self) -> str:
        return self._address_of(after=self.window.newer) if self.window else ""

    @property
    def older_address(self) -> str:
        return self._address_of(before=self.window.older) if self.window else ""

    def _address_of(self, **place: str) -> str:
        """The page beside this one; empty where there is none."""
        return self.filters.address(**place) if any(place.values()) else ""
