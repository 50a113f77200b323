"""The progress of a conversion that was confirmed and has not ended."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet.pages import polling
from wallet.pages.conversion.page import ConversionPage

SLOW = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way, and how far it is in a word: done, now, or none for what is still to come."""

    label: str
    state: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Progress(ConversionPage):
    partial: ClassVar[str] = "wallet/conversion/_progress.html"
    is_running: ClassVar[bool] = True

    @property
    def title(self) -> str:
        count = len(self.lines)
        return ngettext("Converting %(count)d balance", "Converting %(count)d balances", count) % {"count": count}

    @property
    def is_tried(self) -> bool:
        """Whether somebody has taken it up: its prices are being checked."""
        return self.conversion.attempts > 0

    @property
    def steps(self) -> list[Step]:
        return [
            Step(_("Waiting"), _("done") if self.is_tried else _("now"), is_current=not self.is_tried),
            Step(_("Checking prices and converting"), _("now") if self.is_tried else "", is_current=self.is_tried),
        ]

    @property
    def is_slow(self) -> bool:
        return polling.waited(self.conversion, self.now) >= SLOW

    @property
    def slow_words(self) -> str:
        return _("This is taking longer than usual. Your balances are safe.")

    @property
    def say(self) -> str:
        """What a screen reader says when a poll brings something new."""
        return self.slow_words if self.is_slow else next(step.label for step in self.steps if step.is_current)

    @property
    def poll_seconds(self) -> int:
        return polling.poll_seconds(self.conversion, self.now)

    @property
    def seen(self) -> str:
        """Names what the page shows, so that a poll brings something only when that has changed."""
        return f"{int(self.is_tried)}-{self.poll_seconds}-{int(self.is_slow)}"

    def has_seen(self, said: str) -> bool:
        return said == self.seen
