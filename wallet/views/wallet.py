from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wallet import clock
from wallet.forms import WalletForm
from wallet.portfolio import portfolio, standing
from wallet.web import CustomerRequest, wants_partial


@require_safe
@login_required
def wallet(request: CustomerRequest) -> HttpResponse:
    """R2: Wallet → Fiat and Spot, every asset that the customer holds."""
    now = clock.now()
    state = standing(user=request.user, now=now)
    view = portfolio(user=request.user, policy=state.policy, now=now)
    form = WalletForm(request.GET)
    search, hide = (form.cleaned_data["q"], form.cleaned_data["hide"]) if form.is_valid() else ("", False)
    context = {
        "portfolio": view,
        "holdings": view.search(search, hide_convertible=hide),
        "search": search,
        "hide": hide,
        "standing": state,
        "policy": state.policy,
    }
    return render(request, "wallet/_assets.html" if wants_partial(request) else "wallet/wallet.html", context)
