"""The treasury's page: what the house holds and owes of each asset, what it is worth, and what is to be looked at."""

from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path

from wallet import treasury
from wallet.admin.base import AppendOnly, Recorded, to_the_second
from wallet.database import clock
from wallet.database.snapshot import snapshot
from wallet.files import treasury_csv
from wallet.models import TreasuryLimit
from wallet.treasury import limits

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
            "warnings": treasury.warnings(found.at, found),
            "limits": TreasuryLimit.objects.in_force(),
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


class LimitForm(forms.ModelForm):
    """A limit that gets tighter, or the first of its kind; the figures are amounts of the asset."""

    warn = forms.CharField(max_length=40, label="Warn at", help_text="An amount of the asset, like 50.")
    stop = forms.CharField(
        max_length=40, label="Stop at", help_text="Beyond it no quote is made any more, until two people open again."
    )

    class Meta:
        model = TreasuryLimit
        fields = ("asset", "side", "reason")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        limit = limits.read({**given, "asset": given["asset"].code})
        limits.require_tighter(limit)
        self.instance.warn_units, self.instance.stop_units = limit.warn, limit.stop
        return given


@admin.register(TreasuryLimit)
class TreasuryLimitAdmin(AppendOnly):
    """Limits as they were set. One that gets looser is proposed (wallet/proposals/treasury_limits.py)."""

    form = LimitForm
    list_display = ["__str__", "amounts", "reason", "created_at", "created_by", "proposal"]
    list_filter = ["side"]
    list_select_related = ["asset", "created_by", "proposal"]
    search_fields = ["asset__code"]
    readonly_fields = ["amounts"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("asset", "side", "warn", "stop", "reason")
        return ("asset", "side", "amounts", "reason", "created_at", "created_by", "proposal")

    @admin.display(description="limit")
    def amounts(self, limit: TreasuryLimit) -> str:
        return limits.said(limit.asset, limit.warn_units, limit.stop_units)
