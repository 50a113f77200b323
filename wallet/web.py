"""Small pieces that all views share."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django_htmx.middleware import HtmxDetails

from wallet.models import Customer

# The session's mark that the browser has told its time zone.
BROWSER_ZONE_ASKED = "browser_zone_asked"


class CustomerRequest(HttpRequest):
    """What a view behind login_required is handed."""

    user: User
    htmx: HtmxDetails
    customer: Customer


class SeeOther(HttpResponseRedirect):
    """After a POST: go and look there, with GET."""

    status_code = 303


def see_other(name: str, *args: str) -> SeeOther:
    return SeeOther(resolve_url(name, *args))


def wants_partial(request: CustomerRequest) -> bool:
    """Whether htmx asks for a part of the page. When it restores its history it needs the whole one."""
    return bool(request.htmx) and not request.htmx.history_restore_request
