from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wallet.demo_mail import mails
from wallet.pages.demo_mail import demo_mail_page


@require_safe
@never_cache
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The mails that a demonstration would have sent, for everybody who can open it. Where mails are sent: 404."""
    if not settings.DEMO_MAIL:
        raise Http404
    return render(request, "wallet/demo_mail/page.html", {"page": demo_mail_page(mails())})
