"""Small pieces that all views share."""

import re

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from wallet import validators
from wallet.models import Customer

# How many assets an address can name; servers take no longer one than about 4,000 characters.
IN_ADDRESS = 150
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


def go_to(request: CustomerRequest, name: str, *args: str) -> HttpResponse:
    """After a POST: the whole page there, also where htmx would put it into the part that asked."""
    if wants_partial(request):
        return HttpResponseClientRedirect(resolve_url(name, *args))
    return see_other(name, *args)


def address_again(request: HttpRequest) -> str:
    """The page to come back to after a POST that did not count: with the same selection, and the same conversion."""
    match = request.resolver_match
    name = match.url_name if match else None
    if name in ("dust", "estimate"):
        codes = request.POST.getlist("asset")
        return dust_address([code for code in codes if re.fullmatch(validators.ASSET_CODE, code)])
    if match and name in ("confirm", "renew"):
        return resolve_url("conversion", match.kwargs["reference"])
    if name in ("small_balances", "browser_zone"):
        return resolve_url("wallet")
    return request.path


def dust_address(codes: list[str]) -> str:
    """The dust page with these ticked; with none where they are too many for an address."""
    return resolve_url("dust") + (f"?{urlencode({'asset': codes}, doseq=True)}" if 0 < len(codes) <= IN_ADDRESS else "")


def see_other(name: str, *args: str) -> SeeOther:
    return SeeOther(resolve_url(name, *args))


def wants_partial(request: CustomerRequest) -> bool:
    """Whether htmx asks for a part of the page. When it restores its history it needs the whole one."""
    return bool(request.htmx) and not request.htmx.history_restore_request
