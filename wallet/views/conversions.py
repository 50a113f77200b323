from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from wallet import conversions, tasks
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.eligibility import eligibility
from wallet.enqueue import enqueue
from wallet.models import Conversion
from wallet.portfolio import portfolio
from wallet.receipt import Receipt
from wallet.refusals import Code, Refused
from wallet.requests import CustomerRequest, wants_partial
from wallet.responses import go_to, see_other
from wallet.views.errors import Answer, refused


@require_safe
@login_required
def conversion(request: CustomerRequest, reference: str) -> HttpResponse:
    """One conversion from the review to the receipt, for its customer alone. A poll that has `seen` this gets nothing."""
    context = _page(request, reference)
    if not wants_partial(request):
        return render(request, "wallet/conversion.html", context)
    page = context["page"]
    if page.seen is not None and page.seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, page.partial, context)


@require_POST
@login_required
def confirm(request: CustomerRequest, reference: str) -> HttpResponse:
    """R8: accepts the quote. Too late, it makes a new one instead; again, it leads to the same conversion."""
    try:
        confirmed = conversions.confirm(user=request.user, reference=reference)
    except Conversion.DoesNotExist as error:
        raise Http404 from error
    except (Refused, Busy) as error:
        if isinstance(error, Refused) and error.code is Code.QUOTE_EXPIRED:
            return renew(request, reference)
        return _conflict(request, reference, refused(request, error, status=409))
    if confirmed.is_confirmed:
        enqueue(tasks.settle, confirmed.reference)
    return go_to(request, "conversion", confirmed.reference)


@require_POST
@login_required
def renew(request: CustomerRequest, reference: str) -> HttpResponse:
    """Update prices: a new quote for the same assets, which names the one it renews."""
    old = get_object_or_404(Conversion.objects.of(request.user), reference=reference)
    if not old.is_quoted:
        return go_to(request, "conversion", reference)
    try:
        fresh = conversions.renew(conversion=old)
    except (Refused, Busy) as error:
        return _conflict(request, reference, refused(request, error, status=409))
    return see_other("conversion", fresh.reference)


def _page(request: CustomerRequest, reference: str) -> dict[str, Any]:
    rows = Conversion.objects.of(request.user).select_related("policy", "renews")
    found = get_object_or_404(rows, reference=reference)
    now = clock.now()
    state = eligibility(user=request.user, now=now)
    lines = found.lines.select_related("asset").order_by("-quoted_value_sats", "asset__code")
    context = {
        "page": Receipt(found, list(lines), now),
        "conversion": found,
        "policy": found.policy,
        "eligibility": state,
        "now": now,
        "next_at": now + state.policy.interval,
    }
    if found.is_completed:
        context["left"] = len(portfolio(user=request.user, policy=state.policy, now=now).convertible)
    return context


def _conflict(request: CustomerRequest, reference: str, answer: Answer) -> HttpResponse:
    """The review again, with what stands in the way. Nothing has changed."""
    context = _page(request, reference) | {"problem": answer.words}
    if wants_partial(request):
        return retarget(render(request, context["page"].partial, context, status=answer.status), "#reviewing")
    return render(request, "wallet/conversion.html", context, status=answer.status)
