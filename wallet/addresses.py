"""The pages' own addresses, with what is chosen on them."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from wallet import validators
from wallet.models import Asset

# In characters, as it stands in the address of the sign-in page: servers take no longer one than about 4,000.
LONGEST = 3_500
# More than so many are named in one list.
MANY = 50


def dust_address(codes: list[str], *, is_all: bool = False) -> str:
    """The dust page with these ticked. Too many for an address to name are told by their keys; all of them are `all`."""
    query = f"asset={','.join(codes)}" if len(codes) > MANY else urlencode({"asset": codes}, doseq=True)
    if len(quote(query, safe="")) > LONGEST:
        query = "all=1" if is_all else _by_keys(codes)
    return resolve_url("dust") + (f"?{query}" if query else "")


def named(request: HttpRequest) -> list[str]:
    """The codes that such an address ticks."""
    codes = [code for codes in request.GET.getlist("asset") for code in codes.split(",")]
    return [*codes, *_of_keys(request.GET.get("keys", ""))]


def _by_keys(codes: list[str]) -> str:
    """The first one's key, and a bit for each key from there on: room for about 20,000. Beyond that nothing is kept."""
    keys = sorted(Asset.objects.filter(code__in=codes).values_list("pk", flat=True))
    if not keys or keys[-1] - keys[0] > 6 * LONGEST:  # before a number of so many bits is made
        return ""
    bits = sum(1 << key - keys[0] for key in keys)
    packed = urlsafe_b64encode(bits.to_bytes(bits.bit_length() // 8 + 1)).decode().rstrip("=")
    query = f"keys={keys[0]}.{packed}"
    return query if len(quote(query, safe="")) <= LONGEST else ""


def _of_keys(text: str) -> list[str]:
    """The codes of the assets that these are the keys of; of what is no such text, none."""
    found = re.fullmatch(r"([0-9]{1,18})\.([A-Za-z0-9_-]+)", text[:LONGEST], re.ASCII)
    if found is None:
        return []
    try:
        bits = int.from_bytes(urlsafe_b64decode(f"{found[2]}=="))
    except ValueError:
        return []
    keys = [int(found[1]) + place for place in range(bits.bit_length()) if bits >> place & 1]
    return list(Asset.objects.filter(pk__in=keys).values_list("code", flat=True))


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
