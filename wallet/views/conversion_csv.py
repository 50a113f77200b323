from django.contrib.auth.decorators import login_required
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from wallet import files
from wallet.files import csv_file
from wallet.models import Conversion
from wallet.models.conversions import ConversionQuerySet
from wallet.requests import CustomerRequest


@require_safe
@login_required
def conversion_csv(request: CustomerRequest, reference: str) -> StreamingHttpResponse:
    """The rows of one confirmed conversion, as in the file of them all."""
    rows = Conversion.objects.of(request.user).history().filter(reference=reference)
    if not rows.exists():
        raise Http404
    return download(rows, files.OWN, name=f"conversion-{reference}.csv")


def download(rows: ConversionQuerySet, kind: files.CsvFormat, *, name: str) -> StreamingHttpResponse:
    """These conversions as a file that the browser keeps, in the customer's language and time zone."""
    pieces = csv_file.pieces(rows, kind, zone=timezone.get_current_timezone(), language=get_language())
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
