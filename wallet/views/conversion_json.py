from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from wallet.files.document import document
from wallet.models import Conversion
from wallet.requests import CustomerRequest


@require_safe
@login_required
def conversion_json(request: CustomerRequest, reference: str) -> JsonResponse:
    """One conversion's receipt for a machine, for its customer alone."""
    rows = Conversion.objects.of(request.user).select_related("policy", "renews")
    found = get_object_or_404(rows, reference=reference)
    lines = found.lines.select_related("asset").order_by("-quoted_value_sats", "asset__code")
    content = document(found, lines, account=request.user.email)
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
