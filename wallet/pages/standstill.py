"""What stands in the way of a conversion now, as the summary of a selection and the review have it."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from wallet import formats
from wallet.eligibility import Eligibility
from wallet.models.opening import Closure
from wallet.pages import markup


@dataclass(frozen=True, slots=True)
class Standstill:
    """Why nothing can be converted now: the service is closed, a conversion is in progress, or the wait isn't over.

    `progress_address` leads to the conversion that runs, also where the service is closed as well. `ask_again_seconds`: when a
    page that stays open asks whether the wait is over.
    """

    heading: str
    words: str = ""
    progress_address: str = ""
    ask_again_seconds: int | None = None
    is_closed: bool = False
    is_running: bool = False
    is_waiting: bool = False


def standstill(state: Eligibility) -> Standstill | None:
    """None: the customer may convert."""
    progress = reverse("conversion", args=[state.in_progress.reference]) if state.in_progress else ""
    if state.service.closure:
        words = _closed_words(state.service.closure, state.now)
        return Standstill(_("Conversions are paused"), words, progress, is_closed=True)
    if state.in_progress:
        return Standstill(_("A conversion is in progress"), progress_address=progress, is_running=True)
    if state.until_at:
        return _waiting(state.until_at, state)
    return None


def again_at(moment: datetime, now: datetime) -> str:
    """When there is another conversion, as a sentence."""
    return markup.filled(_("You can convert again %(when)s."), when=markup.when(moment, now))


def _closed_words(closure: Closure, now: datetime) -> str:
    again = again_at(closure.reopens_at, now) if closure.reopens_at else ""
    return markup.joined(closure.notice, again)


def _waiting(until_at: datetime, state: Eligibility) -> Standstill:
    remaining = formats.remaining(until_at, state.now)
    return Standstill(
        markup.filled(_("You can convert again %(when)s"), when=markup.when(until_at, state.now)),
        markup.filled(
            _('That’s in <span class="num">%(remaining)s</span>. You can still choose balances and see estimates.'),
            remaining=remaining,
        ),
        ask_again_seconds=state.wait_seconds,
        is_waiting=True,
    )
