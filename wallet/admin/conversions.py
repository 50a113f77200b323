"""Conversions: read, and found by reference or customer. Support has one settled or stopped; no amount is edited (P20)."""

import re
from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from wallet import conversions, formats, tasks
from wallet.admin.base import FarBack, ReadOnly, Recorded
from wallet.conversions.intervening import SETTLE_PERMISSION, STOP_PERMISSION
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.enqueue import enqueue
from wallet.models import Conversion, Line
from wallet.pages.conversion_record import ConversionRecord
from wallet.references import REFERENCE
from wallet.refusals import Code, stopped_by

# So many customers at the most are looked for by one term.
MOST_CUSTOMERS = 100


class StatusFilter(admin.ChoicesFieldListFilter):
    """What ended has a moment at which it did: said outright, so that the index of those finds it."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversion]) -> QuerySet[Conversion] | None:
        found = super().queryset(request, queryset)
        has_ended = bool(self.lookup_val) and all(status in Conversion.FINAL for status in self.lookup_val or "")
        return found.filter(finished_at__isnull=False) if found is not None and has_ended else found


class ReasonFilter(admin.SimpleListFilter):
    title = "reason"
    parameter_name = "reason_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        ending = [code for code in Code if stopped_by(code)]
        return [(code.value, _in_words(code.value)) for code in (*ending, Code.ATTEMPTS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversion]) -> QuerySet[Conversion]:
        return queryset.filter(reason_code=self.value()) if self.value() else queryset


def _in_words(code: str) -> str:
    return code.replace("_", " ")


@admin.register(Conversion)
class ConversionAdmin(ReadOnly, Recorded):
    """A conversion's page has all that is known of it below its fields (templates/admin/wallet/conversion)."""

    list_display = ["reference", "user", "status", "reason", "received", "finished_at", "quoted_at", "estimated"]
    list_filter = [("status", StatusFilter), ("finished_at", admin.DateFieldListFilter), ReasonFilter]
    list_select_related = ["user"]
    search_fields = ["reference"]
    search_help_text = "A reference like CV-7K2M-94QX, or a customer’s name or address, in full."
    paginator = FarBack
    fields = readonly_fields = ("reference", "status")
    show_full_result_count = False

    @admin.display(ordering="reason_code")
    def reason(self, conversion: Conversion) -> str:
        return _in_words(conversion.reason_code)

    @admin.display(description="estimated (BNB)")
    def estimated(self, conversion: Conversion) -> str:
        return formats.coin(conversion.quoted_net_units)

    @admin.display(description="received (BNB)")
    def received(self, conversion: Conversion) -> str | None:
        return None if conversion.net_units is None else formats.coin(conversion.net_units)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By whole values, each by its index: a million rows cost what ten thousand do."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if re.fullmatch(REFERENCE, term.upper()):
            return queryset.filter(reference=term.upper()), False
        named = User.objects.filter(Q(username__iexact=term) | Q(email__iexact=term))
        keys = list(named.values_list("pk", flat=True)[:MOST_CUSTOMERS])
        return queryset.filter(user_id__in=keys), False

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        own = [
            path("<int:pk>/settle/", guarded(require_POST(self._settle)), name="wallet_conversion_settle"),
            path("<int:pk>/stop/", guarded(require_POST(self._stop)), name="wallet_conversion_stop"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        key = unquote(object_id)
        rows = Conversion.objects.select_related("user", "policy", "renews")
        found = rows.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
        page = {"page": ConversionRecord(found, clock.now(), _operator(request))} if found else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **page})

    def _settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._intervene(request, pk, SETTLE_PERMISSION, _settle)

    def _stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._intervene(request, pk, STOP_PERMISSION, _stop)

    def _intervene(self, request: HttpRequest, pk: int, permission: str, deed: Callable[..., str]) -> HttpResponse:
        """Does it, and says what came of it; the conversion's page says the rest."""
        if not self.has_view_permission(request) or not request.user.has_perm(permission):
            raise PermissionDenied
        found = Conversion.objects.filter(pk=pk).first() if pk < 2**63 else None
        if found is None:
            raise Http404
        try:
            said = deed(by=_operator(request), conversion=found, reason=request.POST.get("reason", ""))
        except conversions.Declined as error:
            messages.error(request, str(error))
        except Busy:
            messages.error(request, "The database is busy. Nothing was changed. Try again.")
        else:
            messages.success(request, said)
        return redirect("admin:wallet_conversion_change", pk)


@admin.register(Line)
class LineAdmin(ReadOnly, Recorded):
    list_display = ["conversion", "asset", "units", "quoted_net_units", "net_units"]
    list_select_related = ["conversion", "asset"]
    search_fields = ["conversion__reference", "asset__code"]
    show_full_result_count = False


def _operator(request: HttpRequest) -> User:
    """Nobody else comes in here."""
    return cast("User", request.user)


def _settle(**asked: Any) -> str:
    """Settles it, or asks the market for the prices that it waits for."""
    try:
        ended = conversions.settle_for(**asked)
    except conversions.PricesPending as pending:
        enqueue(tasks.refresh_prices, pending.wanted_at.isoformat())
        return "It waits for a price from after Confirm. The market is asked now; look again in a few seconds."
    if ended is None:
        return "There was nothing to do: it has ended, a worker is at it just now, or its attempts are used up."
    return f"{ended} is {ended.status}."


def _stop(**asked: Any) -> str:
    return f"{conversions.stop_for(**asked)} is stopped. The customer reads that support stopped it."
