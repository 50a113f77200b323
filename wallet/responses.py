"""The answers that lead elsewhere, and those that take a place of their own on the page that asked."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from wallet.requests import CustomerRequest, wants_partial


class SeeOther(HttpResponseRedirect):
    """After a POST: go and look there, with GET."""

    status_code = 303


def see_other(name: str, *args: str) -> SeeOther:
    """After a POST: the address of this name."""
    return SeeOther(resolve_url(name, *args))


def go_to(request: CustomerRequest, name: str, *args: str) -> HttpResponse:
    """After a POST: the whole page there, also where htmx would put it into the part that asked."""
    if wants_partial(request):
        return HttpResponseClientRedirect(resolve_url(name, *args))
    return see_other(name, *args)


def in_place(response: HttpResponse, target: str) -> HttpResponse:
    """The fragment takes the place of the element with this id, whichever button asked for it."""
    return reswap(retarget(response, f"#{target}"), "outerHTML")
