"""Stopping mails of one kind by the link in one of them, without signing in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wallet import subscriptions
from wallet.pages.unsubscribe import UnsubscribePage
from wallet.responses import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, word: str) -> HttpResponse:
    """Asks, and stops them on POST, with its token like every form. A word that is not this site's: 404, and no change."""
    found = subscriptions.read(word)
    if request.method == "POST" and found is not None:
        found.stop()
        return see_other("unsubscribe", word)
    page = UnsubscribePage(found, settings.SITE_NAME)
    return render(request, "wallet/unsubscribe/page.html", {"page": page}, status=200 if found else 404)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one_click(request: HttpRequest, word: str) -> HttpResponse:
    """RFC 8058: the mail program's own button POSTs here for its user, without a token, because it is no page of ours.

    The signed word takes the token's place: it names one kind of mail of one customer, and to stop that is all that this does.
    Who opens the address in a browser is led to the page that asks.
    """
    if request.method != "POST":
        return see_other("unsubscribe", word)
    found = subscriptions.read(word)
    if found is None or request.POST.get("List-Unsubscribe") != "One-Click":
        return HttpResponse(status=404 if found is None else 400)
    found.stop()
    return HttpResponse(status=204)
