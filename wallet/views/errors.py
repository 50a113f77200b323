"""What is said when something went wrong. The page for faults is a file: no template, no database.

htmx gets the same words as a warning that takes its place on the page which asked.
"""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django_htmx.http import reswap, retarget

from wallet.database.retrying import Busy
from wallet.formats import duration
from wallet.refusals import Code, Refused
from wallet.web import address_again

log = logging.getLogger(__name__)

# By language, like "de" for 500.de.html; 500.html stands for all others.
FAULT_PAGES = {path.name[4:-5]: path.read_bytes() for path in (settings.BASE_DIR / "templates").glob("500.*html")}
# Every limit on attempts that is answered with a page of its own starts anew after a minute.
TOO_MANY_SECONDS = 60


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _problem(request, 403, "403_csrf.html", again=address_again(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 404)


def too_many(request: HttpRequest) -> HttpResponse:
    response = _problem(request, 429, wait=duration(TOO_MANY_SECONDS))
    response.headers["Retry-After"] = str(TOO_MANY_SECONDS)
    return response


def fault(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FAULT_PAGES.get(get_language() or "", FAULT_PAGES[""]), status=500)


def refused(request: HttpRequest, error: Refused | Busy, *, status: int) -> tuple[str, int]:
    """The words and the status for what a verb would not do; the log keeps the refusal by its code (P17)."""
    if isinstance(error, Busy):
        log.warning("too busy for %s %s for user %s", request.method, request.path, request.user.pk)
        return error.words, 503
    log.info("refused %s %s for user %s: %s", request.method, request.path, request.user.pk, error.code)
    return error.text, 503 if error.code is Code.CLOSED else status


def _problem(request: HttpRequest, status: int, template: str = "", **words: str) -> HttpResponse:
    is_partial = bool(getattr(request, "htmx", False))
    frame = {"frame": "_warning.html", "heading": "b"} if is_partial else {"frame": "error.html", "heading": "h1"}
    response = render(request, template or f"{status}.html", frame | words, status=status)
    return reswap(retarget(response, "#warn"), "innerHTML") if is_partial else response
