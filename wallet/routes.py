"""What is known of an address besides its view. Each route says it where it is declared, in wallet.urls."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from wallet.pages.shell import Section

View = Callable[..., HttpResponseBase]


def same_address(request: HttpRequest) -> str:
    return request.path


class Access(Enum):
    """Who gets an answer; all others are led to sign in, or told that nothing is there."""

    EVERYBODY = "everybody"
    SIGNED_IN = "whoever is signed in"
    OWNER = "whom what the address names belongs to; for others it does not exist (P13)"


@dataclass(frozen=True)
class Facts:
    """Who gets an answer, and to which methods; GET is HEAD too. All else is refused (P16).

    `needs_token`: a POST without its CSRF token is refused.
    """

    access: Access
    methods: tuple[str, ...]
    needs_token: bool = True


# What may be said of a route; tests/views/test_matrix.py asks each address whether that holds, for everybody there is.
OPEN = Facts(Access.EVERYBODY, ("GET",))
OPEN_FORM = Facts(Access.EVERYBODY, ("GET", "POST"))
# The one exception to P16, for what mail programs POST (RFC 8058): a signed word in the address stands for the token.
ONE_CLICK = Facts(Access.EVERYBODY, ("GET", "POST"), needs_token=False)
PAGE = Facts(Access.SIGNED_IN, ("GET",))
FORM = Facts(Access.SIGNED_IN, ("GET", "POST"))
DEED = Facts(Access.SIGNED_IN, ("POST",))
OWN_PAGE = Facts(Access.OWNER, ("GET",))
OWN_FORM = Facts(Access.OWNER, ("GET", "POST"))
OWN_DEED = Facts(Access.OWNER, ("POST",))


@dataclass(frozen=True)
class Route:
    """A view with what is known of its address: who may ask it what, and the section of the site that it belongs to.

    `again` is the page to come back to after a POST that did not count.
    """

    view: View
    section: Section | None = None
    facts: Facts | None = None
    again: Callable[[HttpRequest], str] = same_address

    @property
    def csrf_exempt(self) -> bool:
        """What Django's middleware asks of what it calls."""
        return self.facts is not None and not self.facts.needs_token

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
