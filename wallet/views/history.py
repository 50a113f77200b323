from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import push_url, trigger_client_event

from wallet.database import clock
from wallet.forms import HistoryForm
from wallet.history import history as history_of
from wallet.models import Account, Conversion
from wallet.receipt import Receipt
from wallet.references import is_reference
from wallet.requests import CustomerRequest, wants_partial
from wallet.responses import see_other

PAGE = 20


@require_safe
@login_required
def history(request: CustomerRequest) -> HttpResponse:
    """R5: every attempt that was confirmed, newest first, as far as the filters in the address leave them."""
    form = HistoryForm(request.GET, assets=Account.objects.codes_of(request.user))
    response = records(request, form)
    if request.htmx.target == "records" and form.is_valid():
        return push_url(response, form.address(reverse("history")))
    return response


@require_safe
@login_required
def running(request: CustomerRequest, reference: str) -> HttpResponse:
    """The row of a conversion that was running when the history was shown; htmx asks for it until it has ended."""
    if not wants_partial(request):
        return see_other("conversion", reference)
    rows = Conversion.objects.of(request.user).history().with_assets().select_related("policy")
    found = get_object_or_404(rows, reference=reference)
    context = {"conversion": found, "poll_seconds": Receipt(found, [], clock.now()).poll_seconds}
    response = render(request, "wallet/_running.html", context)
    return response if found.is_confirmed else trigger_client_event(response, "ended")


def records(request: CustomerRequest, form: HistoryForm) -> HttpResponse:
    """The page, or its part, for these filters; with status 422 and what is wrong with them when they are not sound."""
    now = clock.now()
    context = {"form": form, "presets": form.presets(now), "is_open": request.htmx.trigger == "filters"}
    if form.is_valid():
        places = {name: request.GET.get(name, "") for name in ("before", "after")}
        sound = {name: place if is_reference(place) else "-" for name, place in places.items() if place}
        context["history"] = found = history_of(user=request.user, conditions=form.conditions, size=PAGE, **sound)
        if found.running:
            context["poll_seconds"] = Receipt(found.running, [], now).poll_seconds
    template = "wallet/_records.html" if wants_partial(request) else "wallet/history.html"
    return render(request, template, context, status=200 if form.is_valid() else 422)
