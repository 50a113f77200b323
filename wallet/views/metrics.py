from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from wallet.database import clock
from wallet.metrics import metrics as facts


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """200 when the database answers: what /healthz says, in Prometheus' text format, and like it for whoever asks."""
    try:
        return HttpResponse(facts(now=clock.now()), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")
