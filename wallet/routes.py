"""What is known of an address besides its view. Each route says it where it is declared, in wallet.urls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from wallet.pages.shell import Section

View = Callable[..., HttpResponseBase]


def same_address(request: HttpRequest) -> str:
    return request.path


@dataclass(frozen=True)
class Route:
    """A view with the section of the site that it belongs to, and the page to come back to after a POST that did not count."""

    view: View
    section: Section | None = None
    again: Callable[[HttpRequest], str] = same_address

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.view(request, **kwargs)


def section_of(request: HttpRequest) -> Section | None:
    """The section that the request's address belongs to, where it belongs to one."""
    route = _route(request)
    return route.section if route else None


def address_again(request: HttpRequest) -> str:
    """The page to come back to after a POST that did not count: with the same selection, and the same conversion."""
    route = _route(request)
    return route.again(request) if route else request.path


def _route(request: HttpRequest) -> Route | None:
    match = request.resolver_match
    return match.func if match and isinstance(match.func, Route) else None
