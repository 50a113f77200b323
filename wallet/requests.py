"""What a view is handed."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import get_language
from django_htmx.middleware import HtmxDetails

from wallet import currencies
from wallet.models import Customer

# The session's mark that the browser has told its time zone.
BROWSER_ZONE_ASKED = "browser_zone_asked"
# The session's mark that the newest mail which it asked for could not be sent.
MAIL_FAILED = "mail_failed"


class CustomerRequest(HttpRequest):
    """What a view behind login_required is handed."""

    user: User
    htmx: HtmxDetails
    customer: Customer


def is_signed_in(request: HttpRequest) -> bool:
    """Also of a request that went wrong before anybody was known."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def wants_partial(request: CustomerRequest) -> bool:
    """Whether htmx asks for a part of the page. When it restores its history it needs the whole one."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def reference_currency(request: CustomerRequest) -> str:
    """The code of the currency that the customer thinks in; empty where none is to be shown."""
    return currencies.chosen(request.customer.currency, get_language())


def client_address(request: HttpRequest) -> str:
    """The address that the request came from, as the nearest TRUSTED_PROXIES tell it; what others tell is not believed."""
    here = str(request.META.get("REMOTE_ADDR", ""))
    told = request.headers.get("X-Forwarded-For", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    address = told[-trusted].strip() if 0 < trusted <= len(told) else here
    try:
        return str(ip_address(address))
    except ValueError:
        return here


def address_block(request: HttpRequest) -> str:
    """The address to count by: of IPv6 the /64, which is one customer's line."""
    address = client_address(request)
    try:
        is_long = isinstance(ip_address(address), IPv6Address)
    except ValueError:
        return address
    return str(ip_network(f"{address}/64", strict=False)) if is_long else address
