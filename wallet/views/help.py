from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wallet.models import Policy


@require_safe
def help(request: HttpRequest) -> HttpResponse:  # noqa: A001  # named like its address, as every view is
    """The rules in words, with the figures of the policy in force. For everybody, signed in or not."""
    return render(request, "wallet/help.html", {"policy": Policy.objects.current()})
