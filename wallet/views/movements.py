from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wallet.files import movements_csv
from wallet.models import Entry
from wallet.pages.movements import MovementsPage, row, told_reason
from wallet.requests import CustomerRequest

PAGE = 50


@require_safe
@login_required
def movements(request: CustomerRequest) -> HttpResponse:
    """The customer's deposits, withdrawals and corrections, newest first."""
    own = Entry.objects.movements_of(request.user)
    place = _place(request.GET.get("before", ""))
    found = own.before(place) if place else own
    entries = list(found.with_what_is_told()[: PAGE + 1])
    shown = entries[:PAGE]
    older = str(shown[-1].transaction_id) if len(entries) > PAGE else ""
    page = MovementsPage([row(entry) for entry in shown], older, is_first=place is None)
    return render(request, "wallet/movements/page.html", {"page": page})


@require_safe
@login_required
def movements_file(request: CustomerRequest) -> StreamingHttpResponse:
    """All of them as a file that the browser keeps."""
    pieces = movements_csv.pieces(Entry.objects.movements_of(request.user), told_reason)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="movements.csv"'
    return response


def _place(text: str) -> UUID | None:
    """The transaction that the address names; what is no name of one is the beginning."""
    try:
        return UUID(text)
    except ValueError:
        return None
