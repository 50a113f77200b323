from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from wallet.database import clock
from wallet.models import Opening
from wallet.web import BROWSER_ZONE_ASKED

# The part of the site that a page belongs to, by its address's name.
SECTIONS = {
    **dict.fromkeys(("wallet", "dust", "estimate"), "wallet"),
    **dict.fromkeys(("history", "export", "conversion", "confirm", "renew"), "history"),
    "settings": "settings",
}


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: the site's name, and how the customer wants to see it."""
    customer = getattr(request, "customer", None)
    match = request.resolver_match
    return {
        "site_name": settings.SITE_NAME,
        "customer": customer,
        "current": {SECTIONS.get(match.url_name or "", ""): True} if match else {},
        # Asked of the database by pages alone, and only by those that do not know it already.
        "service": SimpleLazyObject(lambda: Opening.objects.service(clock.now())),
        # Asked of the browser once, and only for a customer who never chose a time zone.
        "asks_for_zone": customer is not None and not customer.time_zone and BROWSER_ZONE_ASKED not in request.session,
    }
