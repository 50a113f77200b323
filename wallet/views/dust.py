from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import replace_url, reswap, retarget

from wallet import conversions
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.forms import EstimateForm, SelectionForm
from wallet.models import Conversion
from wallet.portfolio import eligibility, portfolio
from wallet.portfolio import estimate as estimated
from wallet.references import is_reference
from wallet.refusals import Code, Refused, refusal
from wallet.views.errors import refused
from wallet.web import IN_ADDRESS, CustomerRequest, dust_address, see_other, wants_partial


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dust(request: CustomerRequest) -> HttpResponse:
    """R3, R4: what can be converted and what can't, each with its reason. POST is Convert: it makes the quote."""
    if request.method != "POST":
        return render(request, "wallet/dust.html", _page(request, _asked_for(request)))
    context = _page(request, request.POST.getlist("asset"))
    form = SelectionForm({"asset": request.POST.getlist("asset")})
    if not form.is_valid():
        return _problem(request, context, form.problem, 422)
    changed = context["portfolio"].changed(EstimateForm(request.POST).said()["listed"] or "")
    changed = [code for code in changed if code in context["selected"]]
    if changed:
        return _changed(request, context, Refused(refusal(Code.BALANCE_CHANGED, asset=changed[0])))
    try:
        conversion = conversions.quote(user=request.user, codes=form.cleaned_data["asset"])
    except (Refused, Busy) as error:
        return _problem(request, context, *refused(request, error, status=422))
    return see_other("conversion", conversion.reference)


@require_POST
@login_required
def estimate(request: CustomerRequest) -> HttpResponse:
    """R8: what the ticked balances would bring at the prices at hand. Writes nothing down.

    htmx gets the summary, and the rows' figures at the same prices; when other balances can be converted than the page
    lists, or other amounts of them, it gets the list anew, with the same ones ticked.
    """
    codes = request.POST.getlist("asset")
    context, said = _page(request, codes), EstimateForm(request.POST).said()
    view, result = context["portfolio"], context["estimate"]
    context |= {"updated": said["update"], "waited": said["waited"]}
    if said["shown"] and not result.is_empty:
        context["compared"] = result.compared_with(said["shown"])
    if not wants_partial(request):
        return render(request, "wallet/dust.html", context)
    if not view.convertible or said["listed"] not in ("", None, view.listing):
        context["gone"] = [holding for holding in view.refused if holding.asset.code in codes]
        response = _in_place(render(request, "wallet/_selection.html", context), "#selection")
    else:
        response = _in_place(render(request, "wallet/_estimate.html", context), "#summary")
    return replace_url(response, _address(context))


def _address(context: dict[str, Any]) -> str:
    """The page's address with the same ones ticked, so that reloading and coming back lose none of them."""
    chosen = sorted(context["selected"])
    if len(chosen) > IN_ADDRESS and len(chosen) == len(context["portfolio"].convertible):
        return f"{resolve_url('dust')}?all=1"
    return dust_address(chosen)


def _asked_for(request: CustomerRequest) -> list[str]:
    """The codes that the address ticks: those it names, and those of the customer's conversion that it is `from`."""
    reference = request.GET.get("from", "")
    before = Conversion.objects.of(request.user).filter(reference=reference) if is_reference(reference) else None
    again = before.values_list("lines__asset__code", flat=True) if before is not None else []
    return [*request.GET.getlist("asset"), *again]


def _page(request: CustomerRequest, selected: list[str]) -> dict[str, Any]:
    now = clock.now()
    state = eligibility(user=request.user, now=now)
    view = portfolio(user=request.user, policy=state.policy, now=now)
    chosen = view.convertible if "all" in request.GET else view.chosen(selected)
    return {
        "portfolio": view,
        "eligibility": state,
        "policy": state.policy,
        "now": now,
        "selected": {holding.asset.code for holding in chosen},
        "estimate": estimated(chosen),
    }


def _problem(request: CustomerRequest, context: dict[str, Any], problem: str, status: int) -> HttpResponse:
    """The page again with the selection and what is wrong with it; under htmx only the words, in their place."""
    context |= {"problem": problem}
    if wants_partial(request):
        may_convert = context["eligibility"].may_convert
        template = "wallet/_problem.html" if may_convert else "wallet/_standstill.html"
        return _in_place(render(request, template, context, status=status), "#problem")
    return render(request, "wallet/dust.html", context, status=status)


def _changed(request: CustomerRequest, context: dict[str, Any], error: Refused) -> HttpResponse:
    """The list with the amounts of now and the same ones ticked, and what changed since the page was made."""
    problem, status = refused(request, error, status=422)
    context |= {"problem": problem}
    if wants_partial(request):
        return _in_place(render(request, "wallet/_changed.html", context, status=status), "#selection")
    return render(request, "wallet/dust.html", context, status=status)


def _in_place(response: HttpResponse, target: str) -> HttpResponse:
    """The fragment takes its own place on the page, whichever button asked for it."""
    return reswap(retarget(response, target), "outerHTML")
