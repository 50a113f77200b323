from typing import Any

from django.conf import settings
from django.http import HttpRequest

from wallet.database import clock
from wallet.models import Opening, Service
from wallet.pages.shell import Shell
from wallet.requests import BROWSER_ZONE_ASKED
from wallet.routes import section_of


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: the site's name, and its frame as the reader wants to see it."""
    # What goes wrong before anybody is known is answered with a page too.
    user = getattr(request, "user", None)
    customer = getattr(request, "customer", None)
    shell = Shell(
        user=user if user and user.is_authenticated else None,
        customer=customer,
        section=section_of(request),
        # Asked of the browser once, and only for a customer who never chose a time zone.
        asks_for_zone=customer is not None and not customer.time_zone and BROWSER_ZONE_ASKED not in request.session,
        find_service=_service,
    )
    return {"site_name": settings.SITE_NAME, "brand": settings.BRAND, "shell": shell}


def _service() -> Service:
    return Opening.objects.service(clock.now())
