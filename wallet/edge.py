"""What no view ever sees: requests that can't be read, that are too large, and those of which there were too many.

One guard for every address there is, those of the packages among them (S5, S6, S7).
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import BadRequest, RequestDataTooBig, ValidationError
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from wallet import limits
from wallet.logs import get_logger
from wallet.requests import CustomerRequest, address_block, is_signed_in
from wallet.views.errors import bad_request, too_large, too_many_until

Handler = Callable[[CustomerRequest], HttpResponse]
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Headers that hold an address, which Django and htmx's middleware take apart.
ADDRESSES = ("HX-Current-URL", "Referer", "Origin")
# In which browsers send forms. The site's pages ask for the first.
CHARSETS = ("utf-8", "ascii", "iso8859-1")
# What a database, or Python on its way there, says of a value that no column can hold.
IMPOSSIBLE = (DataError, OverflowError, UnicodeError)

# Where files are read: pages of the admin, below a model's list.
TAKES_FILES = re.compile(r"/admin/wallet/(asset/(file|named)|proposal/propose/file)/")

UNREADABLE = "wallet.unreadable"

log = get_logger(__name__)


def readable(application: Application) -> Application:
    """The application, guarded from what Django's own reading of a request fails on, before any middleware: the charset."""

    def guarded(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not _is_charset(environ.get("CONTENT_TYPE", "")):
            environ = {**environ, "CONTENT_TYPE": "", UNREADABLE: "charset"}
        return application(environ, start_response)

    return guarded


def _is_charset(content_type: str) -> bool:
    """Whether forms come in it. Python knows many more, some from bytes to bytes, such as "hex", some that always fail."""
    try:
        _, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name in CHARSETS
    except (LookupError, ValueError):
        return False


class StaffFiles(MemoryFileUploadHandler):
    """Only operators' pages that say so take files, into memory, within the bound of all bodies; else one ends the reading."""

    def new_file(self, *args: Any, **options: Any) -> None:
        if self.request is None or not TAKES_FILES.fullmatch(self.request.path):
            raise RequestDataTooBig("Forms of this site take no files.")
        super().new_file(*args, **options)


class Guard:
    """Answers 400 or 413 before anything is looked up: what can't be read, and what is too large to be."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: CustomerRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # What says nothing of its length has no body for Django.
        if not (length.isascii() and length.isdecimal()) or UNREADABLE in request.META:
            return bad_request(request, BadRequest())
        if int(length[:20]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return too_large(request)
        try:
            if len(request.body) < int(length):  # cut short: what is missing may be half of a selection
                return bad_request(request, BadRequest())
            if not all(map(_is_readable, _sent(request))) or not all(map(_is_address, _addresses(request))):
                return bad_request(request, BadRequest())
        except RequestDataTooBig:
            return too_large(request)
        return self.get_response(request)

    def process_exception(self, request: CustomerRequest, error: Exception) -> HttpResponse | None:
        """An address that names what no table can hold; the log keeps where, should it be a fault of ours after all."""
        # Of what is only read, the address alone can have named it: an id that is none.
        impossible = (*IMPOSSIBLE, ValidationError) if request.method in ("GET", "HEAD") else IMPOSSIBLE
        if not isinstance(error, impossible):
            return None
        log.warning("request_unreadable", at=request.path, exc_info=error)
        return bad_request(request, error)


def _sent(request: HttpRequest) -> Iterator[str]:
    """Every text that came with the request."""
    yield request.path
    yield unquote(request.META.get("QUERY_STRING", ""))
    yield from request.headers.values()
    yield from _pairs(request.COOKIES.items())
    yield from _pairs((name, value) for name, values in request.GET.lists() for value in values)
    yield from _pairs((name, value) for name, values in request.POST.lists() for value in values)


def _pairs(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in items:
        yield name
        yield value


def _is_readable(text: str) -> bool:
    """Without NUL, which PostgreSQL keeps nowhere, and without halves of characters."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _addresses(request: HttpRequest) -> Iterator[str]:
    """Every text that is going to be taken apart as an address."""
    for name in ADDRESSES:
        yield request.headers.get(name, "")
        yield unquote(request.headers.get(name, ""))
    yield from request.GET.getlist(REDIRECT_FIELD_NAME)
    yield from request.POST.getlist(REDIRECT_FIELD_NAME)


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).port is None or True
    except ValueError:
        return False


class Limits:
    """P22: every form, and every file, has a limit by address, session or customer; beyond it the answer is 429."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: CustomerRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: CustomerRequest, *view: object) -> HttpResponse | None:
        """Counts what is about to be done. It has its token already, so that nobody counts for somebody else."""
        name = request.resolver_match.url_name if request.resolver_match else None
        if request.method != "POST" and not (request.method == "GET" and name in limits.READ):
            return None
        try:
            _limit(request, name or "")
        except limits.TooMany as error:
            return too_many_until(request, error)
        return None

    def process_exception(self, request: CustomerRequest, error: Exception) -> HttpResponse | None:
        """What a verb or a form refused because there were too many."""
        return too_many_until(request, error) if isinstance(error, limits.TooMany) else None


def _limit(request: CustomerRequest, name: str) -> None:
    if name in limits.BY_ADDRESS:
        limits.BY_ADDRESS[name].take(address_block(request))
    elif name in limits.BY_CUSTOMER and is_signed_in(request):
        limits.BY_CUSTOMER[name].take(str(request.user.pk))
    elif is_signed_in(request):
        limits.FORMS.take(f"session {request.session.session_key}")
    else:
        limits.FORMS.take(f"address {address_block(request)}")
