from collections.abc import Callable
from dataclasses import replace
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from wallet import factors, sessions
from wallet.models import Customer
from wallet.pages import errors
from wallet.pages.shell import Section
from wallet.requests import CustomerRequest, is_signed_in
from wallet.routes import address_again, section_of
from wallet.security_log import name_user

Handler = Callable[[CustomerRequest], HttpResponse]


# What pages may use of a browser: passkeys, and nothing else of what might be asked of its user.
FEATURES = {
    **dict.fromkeys(
        (
            "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
            "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb",
            "xr-spatial-tracking",
        ),
        "()",
    ),
    "publickey-credentials-create": "(self)",
    "publickey-credentials-get": "(self)",
}  # fmt: skip
PLAIN = "text/plain; charset=utf-8"
HEADERS = {
    "Cache-Control": "no-store",  # but for files, which say so themselves
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}={who}" for name, who in FEATURES.items()),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def strict_headers(get_response: Handler) -> Handler:
    """P16: every answer carries them, whoever gave it, unless it has its own."""

    def middleware(request: CustomerRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def machines_over_http(get_response: Handler) -> Handler:
    """Refuses what programs ask over http, where a redirect to https would hide that they send it for all to read.

    People who type an address are redirected. Health and metrics are asked over http by those beside the site.
    """

    def middleware(request: CustomerRequest) -> HttpResponse:
        is_machine = request.path.endswith(".json") or request.method not in ("GET", "HEAD")
        if not settings.SECURE_SSL_REDIRECT or request.is_secure() or not is_machine:
            return get_response(request)
        return HttpResponse("This address is answered over https only.\n", status=403, content_type=PLAIN)

    return middleware


def private_pages(get_response: Handler) -> Handler:
    """Pages of a signed-in customer are kept by nobody, not by their browser either once they sign out.

    But for what says that it is the same for everybody. A partial is never taken for its page.
    """

    def middleware(request: CustomerRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated and "public" not in response.headers.get("Cache-Control", ""):
            patch_cache_control(response, no_store=True, private=True)
        elif was_signed_in:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


def session_limits(get_response: Handler) -> Handler:
    """Ends a session that lasted too long, or that nobody used (S4); the page to sign in says why, and leads back."""

    def middleware(request: CustomerRequest) -> HttpResponse:
        over = _end_if_over(request)
        response = get_response(request)
        if over:
            for name in ("Location", "HX-Redirect"):
                if response.headers.get(name, "").startswith(f"{resolve_url(settings.LOGIN_URL)}?"):
                    response.headers[name] += f"&{urlencode({'ended': over})}"
        return response

    return middleware


def _end_if_over(request: CustomerRequest) -> sessions.Over | None:
    if not request.user.is_authenticated:
        return None
    if sessions.BEGAN not in request.session:
        sessions.begin(request.session)  # it is from before there were limits
    over = sessions.over(request.session, request.user)
    if over:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        request.session.flush()
        request.user = AnonymousUser()  # type: ignore[assignment]
    elif not sessions.is_noted(request.session):
        sessions.note_use(request.session, request.user)
        UserSession.objects.create_from_request(request)
    return over


class SecondFactorGate:
    """Leads to setting up a second factor whoever may not go on without one: staff to the admin, customers where the
    policy says so to the wallet and their conversions."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: CustomerRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: CustomerRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.user.is_authenticated or not self._is_behind(request) or factors.is_proved(request):
            return None
        if factors.has_factor(request.user) or not factors.must_have_one(request.user):
            return None
        page = request.get_full_path() if request.method == "GET" and not request.htmx else address_again(request)
        address = f"{resolve_url('security')}?{urlencode({'next': page})}"
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)

    def _is_behind(self, request: CustomerRequest) -> bool:
        """Whether the address is one of those that need it for this user."""
        match = request.resolver_match
        if match and match.app_name == "admin":
            return request.user.is_staff and match.url_name != "logout"
        return not request.user.is_staff and section_of(request) in (Section.WALLET, Section.HISTORY)


def customer_settings(get_response: Handler) -> Handler:
    """Shows their pages to a signed-in customer in their own language and time zone.

    The operators' admin is in English and in UTC for everybody, as its figures and its log are. A language lasts until the
    request's end, so that the page for a fault is in it too; the next request begins with its own.
    """

    def middleware(request: CustomerRequest) -> HttpResponse:
        if request.user.is_authenticated:
            name_user(request.user)
            request.customer = Customer.objects.shown_to(request.user)
        if request.path.startswith(resolve_url("admin:index")):
            translation.activate(settings.LANGUAGE_CODE)
            return get_response(request)
        if not request.user.is_authenticated:
            return get_response(request)
        if request.customer.language in dict(settings.LANGUAGES):
            translation.activate(request.customer.language)
        with timezone.override(request.customer.zone):
            return get_response(request)

    return middleware


def form_addresses(get_response: Handler) -> Handler:
    """Says in words that an address only takes forms, to whoever opens it: by Back, by its bookmark, by Enter."""

    def middleware(request: CustomerRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or request.method != "GET":
            return response
        page = replace(errors.only_takes_forms(), is_signed_in=is_signed_in(request))
        response.content = render_to_string("error.html", {"page": page}, request).encode()
        return response

    return middleware


def htmx_sign_in(get_response: Handler) -> Handler:
    """Sends the whole page to sign in, where a redirect would put the sign-in page into the fragment htmx asked for.

    Whoever was signed out in the middle of a POST comes back to the page that it came from, with the same selection.
    """

    def middleware(request: CustomerRequest) -> HttpResponse:
        response = get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        if not response.headers.get("Location", "").startswith(f"{sign_in}?"):
            return response
        if request.method == "POST":
            response = redirect_to_login(address_again(request))
        elif request.htmx:
            page = request.htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
            response.headers["Location"] = f"{sign_in}?{urlencode({'next': page})}"
        return HttpResponseClientRedirect(response.headers["Location"]) if request.htmx else response

    return middleware
