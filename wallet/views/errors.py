"""What is said when something went wrong. The page for faults is a file: no template, no database.

htmx gets the same words as a warning that takes its place on the page which asked.
"""

from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django_htmx.http import reswap, retarget

from wallet.database.retrying import Busy
from wallet.limits import TooMany
from wallet.logs import get_logger, without_keys
from wallet.pages import errors
from wallet.pages.errors import ErrorPage
from wallet.refusals import Code, Refused
from wallet.requests import is_signed_in
from wallet.routes import address_again

log = get_logger(__name__)

# By language, like "de" for 500.de.html; 500.html stands for all others.
FAULT_PAGES = {path.name[4:-5]: path.read_bytes() for path in (settings.BASE_DIR / "templates").glob("500.*html")}
# Every limit of allauth's that is answered with a page of its own starts anew after a minute.
TOO_MANY_SECONDS = 60


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, SuspiciousOperation):
        log.warning("request_unreadable", at=without_keys(request.path), reason=type(exception).__name__)
    return _answer(request, errors.bad_request(), 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, errors.forbidden(), 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.warning("token_missing", says=reason)
    page = errors.csrf_failure(address_again(request), has_cookies=bool(request.COOKIES))
    return _answer(request, page, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    found = request.resolver_match
    is_conversion = found is not None and "reference" in found.kwargs
    return _answer(request, errors.no_conversion() if is_conversion else errors.not_found(), 404)


def too_many(request: HttpRequest) -> HttpResponse:
    response = _answer(request, errors.too_many(TOO_MANY_SECONDS), 429)
    response.headers["Retry-After"] = str(TOO_MANY_SECONDS)
    return response


def fault(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FAULT_PAGES.get(get_language() or "", FAULT_PAGES[""]), status=500)


def too_many_until(request: HttpRequest, error: TooMany) -> HttpResponse:
    """Too many, by a limit of ours, which knows when there are some again; the log has whose it was (P17)."""
    log.warning("too_many", at=request.path)
    response = _answer(request, errors.too_many(error.wait_seconds, error.until), 429)
    response.headers["Retry-After"] = str(error.wait_seconds)
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    return _answer(request, errors.too_large(), 413)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a verb's refusal is answered: in these words, with this status."""

    words: str
    status: int


def refused(request: HttpRequest, error: Refused | Busy, *, status: int) -> Answer:
    """The answer to what a verb would not do; the log keeps the refusal by its code (P17)."""
    if isinstance(error, Busy):
        log.warning("too_busy", at=request.path)
        return Answer(error.words, 503)
    log.info("refused", at=request.path, code=str(error.code))
    return Answer(error.text, 503 if error.code is Code.CLOSED else status)


def _answer(request: HttpRequest, page: ErrorPage, status: int) -> HttpResponse:
    page = replace(page, is_signed_in=is_signed_in(request))
    if not getattr(request, "htmx", False):
        return render(request, "error.html", {"page": page}, status=status)
    return reswap(retarget(render(request, "_warning.html", {"page": page}, status=status), "#warn"), "innerHTML")
