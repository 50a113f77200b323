"""What stands around every page: the site's name, the navigation, the account, and what operators announce."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from wallet.models import Customer, Service
from wallet.models.opening import Closure
from wallet.pages import markup

# What htmx may do under the strict policy, and which answers it shows. A refusal (422) takes its place like any other
# answer; other errors are told as warnings (static/js/notices.js). Nothing is kept in the browser's history: so says
# `hx-history` in templates/base.html.
HTMX = {
    "timeout": 20_000,
    "defaultSettleDelay": 0,
    "includeIndicatorStyles": False,
    "allowEval": False,
    "refreshOnHistoryMiss": True,
    "historyRestoreAsHxRequest": False,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}


class Section(StrEnum):
    """The parts of the site that the navigation leads to, each by the name of its first page's address."""

    WALLET = "wallet"
    HISTORY = "history"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class NavigationItem:
    label: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class AccountMenu:
    """Who is signed in: the full name, or the user's where there is none."""

    name: str
    is_operator: bool

    @property
    def initials(self) -> str:
        """Two letters: of the first and the last name, or the first two of the only one."""
        words = self.name.split()
        return (words[0][0] + words[-1][0] if len(words) > 1 else self.name[:2]).upper()


@dataclass(frozen=True, slots=True)
class Banner:
    """What operators announce: a closing that holds, or one that is planned."""

    heading: str
    words: str
    notice: str


@dataclass(frozen=True)
class Shell:
    """The frame of a page for one reader; `find_service` is asked only where the page itself doesn't know the service."""

    user: User | None
    customer: Customer | None
    section: Section | None
    asks_for_zone: bool
    find_service: Callable[[], Service]
    htmx_config: str = json.dumps(HTMX)

    @property
    def theme(self) -> str:
        """The theme that the customer chose over what the device says; empty where they didn't."""
        return self.customer.theme if self.customer and self.customer.has_theme else ""

    @property
    def time_zone(self) -> str:
        return (self.customer and self.customer.time_zone) or "UTC"

    @property
    def account(self) -> AccountMenu | None:
        return (
            AccountMenu(self.user.get_full_name() or self.user.get_username(), self.user.is_staff)
            if self.user
            else None
        )

    @cached_property
    def navigation(self) -> list[NavigationItem]:
        labels = {
            Section.WALLET: _("Wallet"),
            Section.HISTORY: _("Conversion history"),
            Section.SETTINGS: _("Settings"),
        }
        return [NavigationItem(label, reverse(name), name is self.section) for name, label in labels.items()]


def banner(service: Service) -> Banner | None:
    """None: there is nothing to announce."""
    if service.closure:
        return _closed(service.closure)
    return _planned(service.planned) if service.planned else None


def _closed(closure: Closure) -> Banner:
    said = [
        _("Your balances haven’t changed."),
        _("You can still see your wallet and your history. What you had confirmed is still finished."),
    ]
    if closure.reopens_at:
        at = markup.time_and_day(closure.reopens_at)
        said.insert(0, markup.filled(_("You’ll be able to from %(at)s."), at=at))
    return Banner(_("Sorry, you can’t convert balances right now."), markup.joined(*said), closure.notice)


def _planned(closure: Closure) -> Banner:
    closes = markup.time_and_day(closure.closes_at)
    if closure.reopens_at:
        heading = markup.filled(
            _("You can’t convert balances from %(closes)s until %(reopens)s."),
            closes=closes,
            reopens=markup.time_and_day(closure.reopens_at),
        )
    else:
        heading = markup.filled(_("You can’t convert balances from %(closes)s on."), closes=closes)
    words = _("You can still see your wallet and your history then. What you confirm before is still finished.")
    return Banner(heading, words, closure.notice)
