"""What is said when an address can't be answered as asked: one page, or a warning on the page that asked."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from wallet.formats import duration, minute_after
from wallet.pages.buttons import Button


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """`again` is the page that asked, where loading it again helps."""

    title: str
    heading: str
    words: str
    again: str = ""
    is_signed_in: bool = False

    @property
    def reload(self) -> Button | None:
        return Button(_("Reload the page"), self.again) if self.again else None

    @property
    def to_wallet(self) -> Button:
        return Button(_("Go to wallet"), reverse("wallet"))

    @property
    def buttons(self) -> list[Button]:
        """The ways on from the page."""
        if self.reload:
            return [self.reload]
        if self.is_signed_in:
            return [self.to_wallet, Button(_("Conversion history"), reverse("history"), is_second=True)]
        return [Button(_("Sign in"), reverse("account_login"))]


def bad_request() -> ErrorPage:
    title = _("We couldn’t read that")
    words = _("What your browser sent couldn’t be read, or it was more than 5,000 fields. Nothing was converted.")
    return ErrorPage(title, title, words)


def forbidden() -> ErrorPage:
    title = _("You can’t open this page")
    return ErrorPage(title, title, _("It isn’t meant for this account."))


def csrf_failure(again: str) -> ErrorPage:
    return ErrorPage(
        _("This page was open for too long"), _("This page was open for too long."), _("Nothing was converted."), again
    )


def not_found() -> ErrorPage:
    title = _("Page not found")
    return ErrorPage(title, title, _("If you typed the address, check it."))


def only_takes_forms() -> ErrorPage:
    title = _("This address can’t be opened by itself")
    return ErrorPage(title, title, _("Nothing was changed. Go on from your wallet."))


def too_many(wait_seconds: int, until: datetime | None = None) -> ErrorPage:
    """A short wait is told by its length, a longer one by its end."""
    if until is None or wait_seconds <= 60:
        words = _("Try again in %(wait)s.") % {"wait": duration(wait_seconds)}
        return ErrorPage(_("You’ve tried a few times"), _("You’ve tried a few times."), words)
    title = _("Too many attempts")
    return ErrorPage(title, _("Too many attempts."), _("Try again at {time}.").format(time=minute_after(until)))


def too_large() -> ErrorPage:
    title = _("That’s too much to send")
    return ErrorPage(title, title, _("Forms here take no files, and no more than 1 MB. Nothing was converted."))
