"""Month end: the months that there are, the figures of one, and its files, for whoever may see the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path

from wallet import month_end
from wallet.admin.base import Recorded, to_the_second
from wallet.database import clock
from wallet.files.month_end_csv import FILES, MonthFile
from wallet.month_end import Month, NoMonth, NotReady, Report

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Listed:
    """A month in the list of months; one that is not final leads nowhere."""

    name: str
    is_final: bool
    final_at: str


@dataclass(frozen=True)
class Table:
    """A file as the page shows it: the same cells."""

    name: str
    title: str
    headers: list[str]
    rows: list[list[str]]


def table(file: MonthFile[Any], report: Report) -> Table:
    return Table(file.name, file.title, file.headers(), file.cells(report))


class MonthEnd(Recorded):
    """The addresses below the transactions' list."""

    def get_urls(self) -> list[Any]:
        own = [
            path("month-end/", self._guarded(self.months), name="wallet_transaction_months"),
            path("month-end/<str:month>/", self._guarded(self.month), name="wallet_transaction_month"),
            path(
                "month-end/<str:month>/<str:file>.csv", self._guarded(self.file), name="wallet_transaction_month_file"
            ),
        ]
        return [*own, *super().get_urls()]

    def months(self, request: HttpRequest) -> HttpResponse:
        now = clock.now()
        listed = [
            Listed(str(month), month.final_at <= now, to_the_second(month.final_at)) for month in month_end.months()
        ]
        return self._page(request, "months", title="Month end", months=listed)

    def month(self, request: HttpRequest, month: str) -> HttpResponse:
        report = self._report(request, month)
        if isinstance(report, HttpResponse):
            return report
        return self._page(
            request,
            "month",
            title=f"Month end {report.month}",
            month=str(report.month),
            audited_at=to_the_second(report.audited_at),
            tables=[table(file, report) for file in FILES.values()],
        )

    def file(self, request: HttpRequest, month: str, file: str) -> HttpResponse:
        wanted = FILES.get(file)
        if wanted is None:
            return self._refused(request, f"There is no file “{file[:20]}”.", status=404)
        report = self._report(request, month)
        if isinstance(report, HttpResponse):
            return report
        response = HttpResponse(wanted.content(report), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{wanted.file_name(report)}"'
        return response

    def _guarded(self, view: View) -> View:
        """The view for whoever may see transactions, and to be read only."""

        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            return view(request, **kwargs)

        return self.admin_site.admin_view(guarded)

    def _report(self, request: HttpRequest, month: str) -> Report | HttpResponse:
        """The month's figures, or the page that says why there are none."""
        try:
            return month_end.report(Month.named(month))
        except NoMonth as error:
            return self._refused(request, str(error), status=404)
        except NotReady as error:
            return self._refused(request, str(error), status=409)

    def _refused(self, request: HttpRequest, why: str, *, status: int) -> HttpResponse:
        return self._page(request, "month", status=status, title="Month end", refusal=why)

    def _page(self, request: HttpRequest, name: str, *, status: int = 200, **shown: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **shown}
        return TemplateResponse(request, f"admin/wallet/transaction/{name}.html", context, status=status)
