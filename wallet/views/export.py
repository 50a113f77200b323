from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from wallet import files
from wallet.files import csv_file
from wallet.forms import ExportForm
from wallet.models import Account, Conversion
from wallet.requests import CustomerRequest
from wallet.views.conversion_csv import download
from wallet.views.history import records


@require_safe
@login_required
def export(request: CustomerRequest) -> HttpResponseBase:
    """The conversions that the filters leave, all of them, as a file; filters that are not sound lead to the page."""
    form = ExportForm(request.GET, assets=Account.objects.codes_of(request.user))
    if not form.is_valid():
        return records(request, form)
    kind = files.FORMATS[form.cleaned_data["format"] or files.OWN.name]
    rows = Conversion.objects.of(request.user).history().matching(**form.conditions)
    days = form.filters
    return download(rows, kind, name=csv_file.file_name(kind, since=days.since, until=days.until))
