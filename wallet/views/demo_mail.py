from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wallet.demo_mail import mails
from wallet.pages.demo_mail import demo_mail_page

# Whatever stands in a mail, nothing of it runs, is loaded, is sent, or counts as a page of this site; links can be followed,
# and it looks as it says itself, as in a mail program.
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@require_safe
@never_cache
def demo_mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """One of these mails as a mail program would show it, by itself."""
    found = next((mail for mail in mails() if mail.name == name), None) if settings.DEMO_MAIL else None
    if found is None or not found.html:
        raise Http404
    return HttpResponse(found.html, headers={"Content-Security-Policy": POLICY})


@require_safe
@never_cache
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The mails that a demonstration would have sent, for everybody who can open it. Where mails are sent: 404."""
    if not settings.DEMO_MAIL:
        raise Http404
    return render(request, "wallet/demo_mail/page.html", {"page": demo_mail_page(mails())})
