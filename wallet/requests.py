"""What a view is handed."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

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
