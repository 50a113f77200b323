from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wallet.database import clock

# From when it was asked: whoever keeps it longer has to look whether it still holds.
LASTS = timedelta(days=90)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """To whom somebody who found a weakness can say so (RFC 9116), where the operator names anybody."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    expires = (clock.now() + LASTS).strftime("%Y-%m-%dT%H:%M:%SZ")
    languages = ", ".join(code for code, _ in settings.LANGUAGES)
    lines = [f"Contact: {contact}", f"Expires: {expires}", f"Preferred-Languages: {languages}"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
