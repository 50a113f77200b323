from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from wallet.database import clock
from wallet.health import health


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers: the ages, in seconds, of what must not grow old. null: there is none."""
    try:
        return JsonResponse(health(now=clock.now()))
    except DatabaseError:
        return JsonResponse({"database": "does not answer"}, status=503)
