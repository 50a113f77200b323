from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from wallet.models import Customer
from wallet.pages import errors
from wallet.requests import CustomerRequest, is_signed_in
from wallet.routes import address_again

Handler = Callable[[CustomerRequest], HttpResponse]


def private_pages(get_response: Handler) -> Handler:
    """Pages of a signed-in customer are kept by nobody, and a partial is never taken for its page."""

    def middleware(request: CustomerRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def customer_settings(get_response: Handler) -> Handler:
    """Shows their pages to a signed-in customer in their own language and time zone.

    The operators' admin is in English and in UTC for everybody, as its figures and its log are. A language lasts until the
    request's end, so that the page for a fault is in it too; the next request begins with its own.
    """

    def middleware(request: CustomerRequest) -> HttpResponse:
        if request.user.is_authenticated:
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
