from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from wallet import conversions
from wallet.addresses import dust_address, named
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.eligibility import eligibility
from wallet.forms import EstimateForm, SelectionForm
from wallet.models import Conversion, Customer, Policy
from wallet.pages.changes_ahead import changes_ahead, delistings_ahead
from wallet.pages.demonstration import demonstration
from wallet.pages.dust import DustPage
from wallet.pages.summary import NOT_ASKED, Asking
from wallet.portfolio import portfolio
from wallet.references import is_reference
from wallet.refusals import Code, Refused, refusal
from wallet.requests import CustomerRequest, reference_currency, wants_partial
from wallet.responses import in_place, see_other
from wallet.views.errors import refused

PAGE = "wallet/dust/page.html"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dust(request: CustomerRequest) -> HttpResponse:
    """R3, R4: what can be converted and what can't, each with its reason. POST is Convert: it makes the quote."""
    if request.method != "POST":
        return render(request, PAGE, {"page": _page(request, _asked_for(request))})
    form = SelectionForm({"asset": request.POST.getlist("asset")})
    # Of what the page says of itself, Convert asks only which balances it shows.
    asking = Asking(fingerprint=EstimateForm(request.POST).asking.fingerprint)
    page = _page(request, request.POST.getlist("asset"), asking)
    if not form.is_valid():
        return _problem(request, replace(page, wrong=form.problem), 422)
    changed = [code for code in page.portfolio.changed(page.asking.fingerprint) if code in page.codes]
    if changed:
        return _changed(request, page, Refused(refusal(Code.BALANCE_CHANGED, asset=changed[0])))
    try:
        Customer.objects.note_language(request.customer, get_language() or "")
        conversion = conversions.quote(
            user=request.user, codes=form.cleaned_data["asset"], currency=reference_currency(request)
        )
    except (Refused, Busy) as error:
        answer = refused(request, error, status=422)
        return _problem(request, replace(page, wrong=answer.words), answer.status)
    return see_other("conversion", conversion.reference)


@require_POST
@login_required
def estimate(request: CustomerRequest) -> HttpResponse:
    """R8: what the ticked balances would bring at the prices at hand. Writes nothing down.

    htmx gets the summary, and the rows' figures at the same prices; when other balances can be converted than the page
    shows, or other amounts of them, it gets the list anew, with the same ones ticked.
    """
    codes = request.POST.getlist("asset")
    page = _page(request, codes, EstimateForm(request.POST).asking)
    if not wants_partial(request):
        return render(request, PAGE, {"page": page})
    page = replace(page, gone=[holding for holding in page.portfolio.refused if holding.asset.code in codes])
    if not page.has_choices or page.asking.fingerprint not in ("", page.fingerprint):
        return _new(request, page, "wallet/dust/_selection.html", "selection")
    return _new(request, page, "wallet/dust/estimate.html", "summary")


def _asked_for(request: CustomerRequest) -> list[str]:
    """The codes that the address ticks: those it names, and those of the customer's conversion that it is `from`."""
    reference = request.GET.get("from", "")
    before = Conversion.objects.of(request.user).filter(reference=reference) if is_reference(reference) else None
    again = before.values_list("lines__asset__code", flat=True) if before is not None else []
    return [*named(request), *again]


def _page(request: CustomerRequest, codes: Iterable[str], asking: Asking = NOT_ASKED) -> DustPage:
    now = clock.now()
    state = eligibility(user=request.user, now=now)
    held = portfolio(user=request.user, policy=state.policy, now=now, currency=reference_currency(request))
    chosen = held.convertible if "all" in request.GET else held.chosen(codes)
    is_part = wants_partial(request)
    if is_part:
        return DustPage(held, state, chosen, asking=asking, is_part=True)
    changes = [
        *changes_ahead(state.policy, Policy.objects.pending(now), now),
        *delistings_ahead((holding.asset for holding in held.holdings), now),
    ]
    told = demonstration(request.user, state.policy)
    return DustPage(held, state, chosen, asking=asking, changes=changes, demonstration=told)


def _problem(request: CustomerRequest, page: DustPage, status: int) -> HttpResponse:
    """The page again with the selection and what is wrong with it; under htmx only the words, in their place."""
    if not wants_partial(request):
        return render(request, PAGE, {"page": page}, status=status)
    template = "wallet/dust/_problem.html" if page.eligibility.may_convert else "wallet/dust/standstill.html"
    return in_place(render(request, template, {"page": page}, status=status), "problem")


def _changed(request: CustomerRequest, page: DustPage, error: Refused) -> HttpResponse:
    """The list with the amounts of now and the same ones ticked, and what changed since the page was made."""
    answer = refused(request, error, status=422)
    page = replace(page, wrong=answer.words)
    if not wants_partial(request):
        return render(request, PAGE, {"page": page}, status=answer.status)
    return _new(request, page, "wallet/dust/changed.html", "selection", answer.status)


def _new(request: CustomerRequest, page: DustPage, template: str, place: str, status: int = 200) -> HttpResponse:
    """New figures for a place of the page, which the script gives the address of the selection that they are of: reloading
    and coming back lose none of those that are ticked.
    """
    response = in_place(render(request, template, {"page": page}, status=status), place)
    response.headers["Content-Location"] = dust_address(sorted(page.codes), is_all=page.has_all)
    return response
