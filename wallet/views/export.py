from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from wallet import exports
from wallet.forms import ExportForm
from wallet.models import Account, Conversion
from wallet.requests import CustomerRequest
from wallet.views.history import records


@require_safe
@login_required
def export(request: CustomerRequest) -> HttpResponseBase:
    """The conversions that the filters leave, all of them, as a file; filters that are not sound lead to the page."""
    form = ExportForm(request.GET, assets=Account.objects.codes_of(request.user))
    if not form.is_valid():
        return records(request, form)
    name, days = form.cleaned_data["format"] or exports.OWN, form.applied
    rows = Conversion.objects.of(request.user).history().matching(**form.conditions)
    pieces = exports.export(rows, name=name, zone=timezone.get_current_timezone(), language=get_language())
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    file_name = exports.file_name(name, since=days.get("since"), until=days.get("until"))
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
