"""What is said when an address can't be answered as asked: one page, or a warning on the page that asked."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from wallet.formats import duration, minute_after
from wallet.pages.buttons import Button


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """`again` is the page that asked, where loading it again helps; `is_estimate`: choosing balances anew does."""

    title: str
    heading: str
    words: str
    again: str = ""
    is_signed_in: bool = False
    is_estimate: bool = False

    @property
    def buttons(self) -> list[Button]:
        """The ways on from the page. A warning has the first."""
        if self.again:
            return [Button(_("Reload the page"), self.again)]
        if self.is_signed_in:
            to_wallet = Button(_("Go to wallet"), reverse("wallet"))
            first = Button(_("Convert small balance"), reverse("dust")) if self.is_estimate else to_wallet
            return [first, Button(_("Conversion history"), reverse("history"), is_second=True)]
        return [Button(_("Sign in"), reverse("account_login"))]


def bad_request() -> ErrorPage:
    title = _("We couldn’t read that")
    words = _("What your browser sent couldn’t be read, or it was more than 5,000 fields. Nothing was converted.")
    return ErrorPage(title, title, words)


def forbidden() -> ErrorPage:
    title = _("You can’t open this page")
    return ErrorPage(title, title, _("It isn’t meant for this account."))


def csrf_failure(again: str, *, has_cookies: bool) -> ErrorPage:
    if not has_cookies:
        title = _("Your browser sent no cookie")
        return ErrorPage(
            title, f"{title}.", _("Allow cookies for this site, and try again. Nothing was changed."), again
        )
    return ErrorPage(
        _("This page was open for too long"), _("This page was open for too long."), _("Nothing was converted."), again
    )


def not_found() -> ErrorPage:
    title = _("Page not found")
    return ErrorPage(title, title, _("If you typed the address, check it."))


def no_conversion() -> ErrorPage:
    """Nothing of the customer's has this reference: it is somebody else's, or nobody's, or an estimate's that was cleared away
    (S5). Which of these is not said (P13).
    """
    title = _("Page not found")
    words = _(
        "If you typed the address, check it. An estimate that you didn’t confirm is gone once you’ve made newer ones:"
        " nothing was converted by it."
    )
    return ErrorPage(title, title, words, is_estimate=True)


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
