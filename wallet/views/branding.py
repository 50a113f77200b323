"""The operator's own stylesheet and logo, the same for everybody; not there where none is set."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

# In seconds. Pages name the version, so that another one is seen at once.
KEPT = 86_400


def _etag(request: HttpRequest) -> str:
    return f'"{settings.BRAND.version}"'


@require_safe
@condition(etag_func=_etag)
def branding_css(request: HttpRequest) -> HttpResponse:
    """The colours."""
    return _public(settings.BRAND.stylesheet.encode(), "text/css; charset=utf-8")


@require_safe
@condition(etag_func=_etag)
def branding_svg(request: HttpRequest) -> HttpResponse:
    """The logo."""
    return _public(settings.BRAND.logo, "image/svg+xml")


def _public(content: bytes, content_type: str) -> HttpResponse:
    if not content:
        raise Http404
    response = HttpResponse(content, content_type=content_type)
    patch_cache_control(response, public=True, max_age=KEPT)
    return response
