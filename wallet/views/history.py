from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wallet.models import Conversion
from wallet.models.conversions import is_reference
from wallet.web import CustomerRequest

PAGE = 20


@require_safe
@login_required
def history(request: CustomerRequest) -> HttpResponse:
    """R5: every attempt that was confirmed, newest first. `before` names the conversion that the page goes on after."""
    rows = Conversion.objects.of(request.user).history()
    before = request.GET.get("before", "")
    if is_reference(before):
        rows = rows.before(before)
    shown = list(rows.prefetch_related("lines__asset")[: PAGE + 1])
    context = {
        "conversions": shown[:PAGE],
        "has_older": len(shown) > PAGE,
        "is_first": not before,
        "last": shown[:PAGE][-1] if shown else None,
    }
    return render(request, "wallet/history.html", context)
