from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from wallet import clock
from wallet.models import Opening
from wallet.web import BROWSER_ZONE_ASKED


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: the site's name, and how the customer wants to see it."""
    customer = getattr(request, "customer", None)
    return {
        "site_name": settings.SITE_NAME,
        "customer": customer,
        # Asked of the database by pages alone, and only by those that do not know it already.
        "service": SimpleLazyObject(lambda: Opening.objects.service(clock.now())),
        # Asked of the browser once, and only for a customer who never chose a time zone.
        "asks_for_zone": customer is not None and not customer.time_zone and BROWSER_ZONE_ASKED not in request.session,
    }
