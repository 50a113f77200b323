"""The progress of a conversion that was confirmed and has not ended."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import validators
from wallet.pages import polling
from wallet.pages.conversion.page import ConversionPage
from wallet.refusals import why_sentence

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

    @cached_property
    def unpriced(self) -> str:
        """The code of what has no price that it waits for: BNB, or else the first asset; empty where all have one."""
        return validators.BNB if validators.BNB in self.told else min(self.told, default="")

    @property
    def waiting_words(self) -> str:
        """Which price it waits for, and why there is none; empty while that isn't so."""
        if not self.unpriced:
            return ""
        waits = _("Waiting for a current price of {asset}.").format(asset=self.unpriced)
        return " ".join(filter(None, [waits, why_sentence(self.told[self.unpriced])]))

    @property
    def is_slow(self) -> bool:
        return polling.waited(self.conversion, self.now) >= SLOW

    @property
    def slow_words(self) -> str:
        return _("This is taking longer than usual. Your balances are safe.")

    @property
    def say(self) -> str:
        """What a screen reader says when a poll brings something new."""
        if self.waiting_words:
            return self.waiting_words
        return self.slow_words if self.is_slow else next(step.label for step in self.steps if step.is_current)

    @property
    def poll_every(self) -> str:
        return polling.poll_every(self.conversion, self.now)

    @property
    def seen(self) -> str:
        """Names what the page shows, so that a poll brings something only when that has changed."""
        steps = f"{int(self.is_tried)}-{self.poll_every}-{int(self.is_slow)}"
        return f"{steps}-{self.unpriced}-{self.told[self.unpriced]['why']}" if self.unpriced else steps

    def has_seen(self, said: str) -> bool:
        return said == self.seen
