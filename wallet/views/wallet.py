from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from wallet.database import clock
from wallet.eligibility import eligibility
from wallet.forms import SmallBalancesForm, WalletForm
from wallet.models import Customer
from wallet.pages.demonstration import demonstration
from wallet.pages.wallet import WalletPage
from wallet.portfolio import portfolio
from wallet.requests import CustomerRequest, reference_currency, wants_partial
from wallet.responses import SeeOther

ASSETS = "wallet/wallet/_assets.html"


@require_safe
@login_required
def wallet(request: CustomerRequest) -> HttpResponse:
    """R2: Wallet → Fiat and Spot, every asset that the customer holds. htmx gets the list, or the card that asked."""
    now = clock.now()
    state = eligibility(user=request.user, now=now)
    held = portfolio(user=request.user, policy=state.policy, now=now, currency=reference_currency(request))
    search = WalletForm(request.GET).search
    hides_small = request.customer.hide_small_balances if search.hides_small is None else search.hides_small
    template = "wallet/wallet/page.html"
    if wants_partial(request):
        template = "wallet/wallet/_offer.html" if request.htmx.target == "offer" else ASSETS
    # The card says how many balances are being converted; the list doesn't.
    is_asked = template != ASSETS and state.in_progress and state.service.is_open
    converting = state.in_progress.lines.count() if state.in_progress and is_asked else 0
    told = None if wants_partial(request) else demonstration(request.user, state.policy)
    page = WalletPage(held, state, search, hides_small, converting, told)
    return render(request, template, {"page": page})


@require_POST
@login_required
def small_balances(request: CustomerRequest) -> HttpResponse:
    """Remembers whether the wallet hides small balances, and goes back to the same search."""
    form = SmallBalancesForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    Customer.objects.set_display(request.user, hide_small_balances=form.cleaned_data["hide"])
    return SeeOther(resolve_url("wallet") + WalletForm(request.POST).address)
