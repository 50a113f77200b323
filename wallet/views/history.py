from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import push_url, trigger_client_event

from wallet.database import clock
from wallet.forms import HistoryForm
from wallet.models import Account, Conversion
from wallet.pages.history.page import HistoryPage
from wallet.pages.history.rows import running as running_row
from wallet.pages.history.window import Place, Window, window
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
        return push_url(response, form.filters.address())
    return response


@require_safe
@login_required
def running(request: CustomerRequest, reference: str) -> HttpResponse:
    """The row of a conversion that was running when the history was shown; htmx asks for it until it has ended."""
    found = get_object_or_404(Conversion.objects.of(request.user).history().with_assets(), reference=reference)
    if not wants_partial(request):
        return see_other("conversion", reference)
    page = running_row(found, clock.now())
    response = render(request, "wallet/history/_running.html", {"page": page})
    return response if found.is_confirmed else trigger_client_event(response, "ended")


def records(request: CustomerRequest, form: HistoryForm) -> HttpResponse:
    """The page, or its part, for these filters; with status 422 and what is wrong with them when they are not sound."""
    now = clock.now()
    page = HistoryPage(
        filters=form.filters,
        controls=form.controls,
        problems=form.problems,
        window=_window(request, form, now) if form.is_valid() else None,
        now=now,
        address=request.get_full_path(),
        is_open=request.htmx.trigger == "filters",
        is_part=wants_partial(request),
    )
    template = "wallet/history/_records.html" if page.is_part else "wallet/history/page.html"
    return render(request, template, {"page": page}, status=200 if form.is_valid() else 422)


def _window(request: CustomerRequest, form: HistoryForm, now: datetime) -> Window:
    place = Place(**{name: _place(request.GET.get(name, "")) for name in ("before", "after")})
    return window(user=request.user, conditions=form.conditions, place=place, size=PAGE, now=now)


def _place(text: str) -> str:
    """A place that the address names; what is no reference at all is a place that is nowhere."""
    return text if not text or is_reference(text) else "-"
