"""The pages' own addresses, with what is chosen on them."""

import re
from urllib.parse import quote

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from wallet import validators

# In characters, as it stands in the address of the sign-in page: servers take no longer one than about 4,000.
LONGEST = 3_500
# More than so many are named in one list.
MANY = 50


def dust_address(codes: list[str], *, is_all: bool = False) -> str:
    """The dust page with these ticked. Too many for an address are named together when they are all, else not at all."""
    query = f"asset={','.join(codes)}" if len(codes) > MANY else urlencode({"asset": codes}, doseq=True)
    if len(quote(query, safe="")) > LONGEST:
        query = "all=1" if is_all else ""
    return resolve_url("dust") + (f"?{query}" if query else "")


def named(request: HttpRequest) -> list[str]:
    """The codes that such an address ticks."""
    return [code for codes in request.GET.getlist("asset") for code in codes.split(",")]


def same_selection(request: HttpRequest) -> str:
    """The dust page with those ticked that a form sent."""
    codes = request.POST.getlist("asset")
    return dust_address([code for code in codes if re.fullmatch(validators.ASSET_CODE, code)])


def same_conversion(request: HttpRequest) -> str:
    """The conversion whose reference the address has."""
    assert request.resolver_match is not None
    return resolve_url("conversion", request.resolver_match.kwargs["reference"])


def the_wallet(request: HttpRequest) -> str:
    """The wallet, whatever was sent."""
    return resolve_url("wallet")


def the_settings(request: HttpRequest) -> str:
    """The settings, whatever was sent."""
    return resolve_url("settings")
