"""The pages' own addresses, with what is chosen on them."""

import re

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from wallet import validators

# How many assets an address can name; servers take no longer one than about 4,000 characters.
IN_ADDRESS = 150


def dust_address(codes: list[str], *, is_all: bool = False) -> str:
    """The dust page with these ticked. Too many for an address are named together when they are all, else not at all."""
    if len(codes) > IN_ADDRESS:
        return f"{resolve_url('dust')}?all=1" if is_all else resolve_url("dust")
    return resolve_url("dust") + (f"?{urlencode({'asset': codes}, doseq=True)}" if codes else "")


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
