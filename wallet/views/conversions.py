from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from wallet import conversions, mailboxes, tasks, validators
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.eligibility import eligibility
from wallet.enqueue import enqueue
from wallet.logs import get_logger
from wallet.models import Conversion, KeptOutNumber, Policy
from wallet.pages.conversion import conversion_page
from wallet.pages.conversion.page import ConversionPage, Visit
from wallet.portfolio import portfolio
from wallet.refusals import Code, Refused
from wallet.requests import CustomerRequest, reference_currency, wants_partial
from wallet.responses import go_to, see_other
from wallet.views import proofs
from wallet.views.errors import Answer, refused

log = get_logger(__name__)


@require_safe
@login_required
def conversion(request: CustomerRequest, reference: str) -> HttpResponse:
    """One conversion from the review to the receipt, for its customer alone. A poll that has `seen` it gets nothing."""
    page = _page(request, reference)
    if page.visit.is_part and page.has_seen(request.GET.get("seen", "")):
        return HttpResponse(status=204)
    return _answer(request, page)


@require_POST
@login_required
def confirm(request: CustomerRequest, reference: str) -> HttpResponse:
    """R8: accepts the quote. Too late, it makes a new one instead; again, it leads to the same conversion.

    Where the policy asks for a second step, it comes first: one that is refused leaves the quote as it was (P21).
    """
    asked = _refused_proof(request, reference)
    if asked:
        return asked
    try:
        confirmed = conversions.confirm(user=request.user, reference=reference)
    except Conversion.DoesNotExist as error:
        raise Http404 from error
    except (Refused, Busy) as error:
        if isinstance(error, Refused) and error.code is Code.QUOTE_EXPIRED:
            return renew(request, reference)
        return _conflict(request, reference, refused(request, error, status=409))
    log.info("conversion_confirmed", reference=reference, status=str(confirmed.status))
    if confirmed.is_confirmed and confirmed.confirmed_at:
        enqueue(tasks.refresh_prices, confirmed.confirmed_at.isoformat())
    return go_to(request, "conversion", confirmed.reference)


@require_POST
@login_required
def renew(request: CustomerRequest, reference: str) -> HttpResponse:
    """Update prices: a new quote for the same assets, which names the one it renews."""
    old = get_object_or_404(Conversion.objects.of(request.user), reference=reference)
    if not old.is_quoted:
        return go_to(request, "conversion", reference)
    if request.POST.get("code") or request.POST.get("credential"):
        asked = _refused_proof(request, reference)  # it was typed while the prices were good
        if asked:
            return asked
    try:
        fresh = conversions.renew(conversion=old, currency=reference_currency(request))
    except (Refused, Busy) as error:
        return _conflict(request, reference, refused(request, error, status=409))
    return see_other("conversion", fresh.reference)


def _refused_proof(request: CustomerRequest, reference: str) -> HttpResponse | None:
    """The review again, because the second step is missing or wrong; None once it is there, or where none is asked for."""
    found = get_object_or_404(Conversion.objects.of(request.user), reference=reference)
    if not found.is_quoted or not proofs.is_missing(request, Policy.objects.current().second_factor):
        return None
    problem = proofs.take(request)
    if not problem:
        return None
    log.info("refused", at=request.path, code="second_step")
    page = _page(request, reference, proof_problem=problem)
    response = _answer(request, page, 422)
    return retarget(response, "#reviewing") if page.visit.is_part else response


def _page(request: CustomerRequest, reference: str, problem: str = "", proof_problem: str = "") -> ConversionPage:
    rows = Conversion.objects.of(request.user).select_related("policy", "renews")
    found = get_object_or_404(rows, reference=reference)
    lines = list(found.lines.select_related("asset").order_by("-quoted_value_sats", "asset__code"))
    now = clock.now()
    state = eligibility(user=request.user, now=now)
    is_asked = found.is_quoted and proofs.is_missing(request, state.policy.second_factor)
    visit = Visit(
        account=mailboxes.account(request.user),
        address=request.build_absolute_uri(resolve_url("conversion", reference)),
        is_part=wants_partial(request),
        problem=problem,
        proof=proofs.wanted(request, reference, proof_problem) if is_asked else None,
    )
    if found.is_confirmed:
        told = KeptOutNumber.objects.told([validators.BNB, *(line.asset.code for line in lines)])
        return conversion_page(found, lines, state, now, visit=visit, told=told)
    if not found.is_completed:
        return conversion_page(found, lines, state, now, visit=visit)
    left = portfolio(user=request.user, policy=state.policy, now=now).convertible
    return conversion_page(found, lines, state, now, visit=visit, left=len(left))


def _answer(request: CustomerRequest, page: ConversionPage, status: int = 200) -> HttpResponse:
    template = page.partial if page.visit.is_part else "wallet/conversion/page.html"
    return render(request, template, {"page": page}, status=status)


def _conflict(request: CustomerRequest, reference: str, answer: Answer) -> HttpResponse:
    """The review again, with what stands in the way. Nothing has changed."""
    page = _page(request, reference, answer.words)
    response = _answer(request, page, answer.status)
    return retarget(response, "#reviewing") if page.visit.is_part else response
