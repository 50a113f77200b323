"""The treasury's page: what the house holds and owes of each asset, what it is worth, and what is to be looked at."""

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path

from wallet import formats, treasury
from wallet.admin.base import Recorded, to_the_second
from wallet.database import clock
from wallet.database.snapshot import snapshot
from wallet.files import treasury_csv

PERMISSION = "wallet.read_treasury"


class TreasuryPages(Recorded):
    """The addresses below the house accounts' list, for whoever may read them; nothing is written here."""

    def get_urls(self) -> list[Any]:
        own = [
            path("treasury/", self._reading(self.page), name="wallet_houseaccount_treasury"),
            path("treasury.csv", self._reading(self.file), name="wallet_houseaccount_treasury_file"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_read_treasury": request.user.has_perm(PERMISSION)}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def page(self, request: HttpRequest) -> HttpResponse:
        found = _read()
        headers, *rows, totals = treasury_csv.cells(found)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Treasury",
            "at": to_the_second(found.at),
            "headers": [header.replace("_", " ") for header in headers],
            "rows": rows,
            "totals": totals,
            "unpriced": found.totals.unpriced,
            "short": [_short(one) for one in found.positions if one.is_short],
        }
        return TemplateResponse(request, "admin/wallet/houseaccount/treasury.html", context)

    def file(self, request: HttpRequest) -> HttpResponse:
        found = _read()
        response = HttpResponse(treasury_csv.content(found), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="treasury-{found.at:%Y-%m-%dT%H%M%SZ}.csv"'
        return response

    def _reading(self, view: Any) -> Any:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponseBase:
            if not request.user.has_perm(PERMISSION):
                raise PermissionDenied
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            answer: HttpResponseBase = view(request)
            return answer

        return self.admin_site.admin_view(guarded)


def _read() -> treasury.Treasury:
    with snapshot():
        return treasury.treasury(clock.now())


def _short(position: treasury.Position) -> str:
    amount = formats.full_amount(-position.own, position.asset.scale)
    return f"{position.asset.code}: the house is {amount} short of what customers have been credited."
