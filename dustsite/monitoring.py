"""Health and metrics on an address of their own, which the site's proxy never leads to.

    gunicorn dustsite.monitoring --bind 10.0.0.5:9464 --threads 2 --no-control-socket

It answers `/healthz` and `/metrics`, whatever Host is asked for, and nothing else.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import django
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dustsite.settings")
django.setup()

from wallet.views.healthz import healthz  # noqa: E402  # models need the settings
from wallet.views.metrics import metrics  # noqa: E402

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

VIEWS = {"/healthz": healthz, "/metrics": metrics}


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """404 for any other address; 405 for what is neither GET nor HEAD; 503 when the database does not answer."""
    view = VIEWS.get(environ.get("PATH_INFO", ""))
    close_old_connections()
    response = view(WSGIRequest(environ)) if view else HttpResponse("Ask /healthz or /metrics.\n", status=404)
    close_old_connections()
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.content]
