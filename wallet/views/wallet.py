from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from wallet.database import clock
from wallet.forms import SmallBalancesForm, WalletForm
from wallet.models import Customer
from wallet.portfolio import eligibility, portfolio
from wallet.web import CustomerRequest, SeeOther, wants_partial


@require_safe
@login_required
def wallet(request: CustomerRequest) -> HttpResponse:
    """R2: Wallet → Fiat and Spot, every asset that the customer holds. htmx gets the list, or the card that asked."""
    now = clock.now()
    state = eligibility(user=request.user, now=now)
    view = portfolio(user=request.user, policy=state.policy, now=now)
    said = WalletForm(request.GET).said()
    hides_small = request.customer.hide_small_balances if said["hide"] is None else said["hide"]
    by_name = said["sort"] == "name"
    shown, hidden = view.listed(said["q"] or "", hides_small=hides_small, by_name=by_name)
    context = {
        "portfolio": view,
        "holdings": shown,
        "hidden": hidden,
        "search": said["q"] or "",
        "hides_small": hides_small,
        "by_name": by_name,
        "eligibility": state,
        "policy": state.policy,
    }
    if not wants_partial(request):
        return render(request, "wallet/wallet.html", context)
    return render(request, "wallet/_offer.html" if request.htmx.target == "offer" else "wallet/_assets.html", context)


@require_POST
@login_required
def small_balances(request: CustomerRequest) -> HttpResponse:
    """Remembers whether the wallet hides small balances, and goes back to the same search."""
    form = SmallBalancesForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    Customer.objects.set_display(request.user, hide_small_balances=form.cleaned_data["hide"])
    return SeeOther(resolve_url("wallet") + WalletForm(request.POST).address)
