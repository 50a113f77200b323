from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wallet.database import clock
from wallet.models import Policy
from wallet.pages.changes_ahead import changes_ahead
from wallet.pages.help import HelpPage
from wallet.pages.terms import terms
from wallet.references import is_reference


@require_safe
def help(request: HttpRequest) -> HttpResponse:  # noqa: A001  # named like its address, as every view is
    """The rules in words, with the figures of the policy in force, and the reference that the address asks about.

    For everybody, signed in or not: a reference is only said again, nothing is looked up by it.
    """
    asked = request.GET.get("reference", "")
    now = clock.now()
    policy = Policy.objects.in_effect(now)
    changes = changes_ahead(policy, Policy.objects.pending(now), now)
    page = HelpPage(terms(policy), asked if is_reference(asked) else "", changes)
    return render(request, "wallet/help/page.html", {"page": page})
