"""The pages for what went wrong. The one for faults is a file: no template, no database."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wallet.refusals import Refusal
from wallet.retrying import Busy

log = logging.getLogger(__name__)

FAULT_PAGE = (settings.BASE_DIR / "templates" / "500.html").read_bytes()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FAULT_PAGE, status=500)


def refused(request: HttpRequest, error: Refusal | Busy, *, status: int) -> tuple[str, int]:
    """The words and the status for what a verb would not do; the log keeps the refusal by its code (P17)."""
    if isinstance(error, Busy):
        log.warning("too busy for %s %s for user %s", request.method, request.path, request.user.pk)
        return str(error), 503
    log.info("refused %s %s for user %s: %s", request.method, request.path, request.user.pk, error.code)
    return error.messages[0], 503 if error.code == "closed" else status
