import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wallet.admin.base import Newest, ReadOnly, Recorded, history_address, to_the_second
from wallet.files import staff_log_csv
from wallet.models import StaffAction

# So many characters of a text stand in a list.
SHORT = 80


class DayFilter(admin.ListFilter):
    """A day of UTC, typed or chosen. What is no day leaves nothing, and says so."""

    title = "day (UTC)"
    template = "admin/wallet/staffaction/day_filter.html"
    parameter_name = "day"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.typed = str(params.pop(self.parameter_name, [""])[-1])
        chosen = (self.parameter_name, "p")
        self.others = [(name, value) for name, value in request.GET.items() if name not in chosen]
        try:
            self.day = date.fromisoformat(self.typed) if self.typed else None
            self.is_understood = True
        except ValueError:
            self.day, self.is_understood = None, False

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name]

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {"all": changelist.get_query_string(remove=[self.parameter_name])}

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.is_understood:
            return queryset.none()
        return queryset.on_day(self.day) if self.day else queryset


class PersonFilter(admin.SimpleListFilter):
    title = "person"
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(name, name) for name in StaffAction.objects.names_in_use()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(staff_name=self.value()) if self.value() else queryset


class ActionFilter(admin.SimpleListFilter):
    title = "action"
    parameter_name = "deed"  # Django's forms have a field of the name "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(name, name) for name in StaffAction.objects.actions_in_use()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(StaffAction)
class StaffActionAdmin(ReadOnly, Recorded):
    """What the staff did: searched by name, number, request or address, filtered, and as a file of what is left."""

    list_display = ["at", "staff_name", "origin", "action", "concerns", "why", "changes"]
    list_filter = [DayFilter, PersonFilter, ActionFilter, "origin"]
    search_fields = ["staff_name"]
    search_help_text = "A name of a person or an object, an object’s number, a request’s id, or an address; in full."
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()
    paginator = Newest
    fields = readonly_fields = (
        *("at", "staff_name", "staff_id", "origin", "action", "object_type", "object_key", "object_name"),
        *("reason", "before", "after", "request_id", "address"),
    )

    @admin.display(description="at (UTC)")
    def at(self, action: StaffAction) -> str:
        return to_the_second(action.created_at)

    @admin.display(description="object")
    def concerns(self, action: StaffAction) -> SafeString | str:
        """Leads to all that was done to it."""
        if not action.object_type:
            return ""
        address = history_address(action.object_type, action.object_key)
        return format_html('<a href="{}">{} {}</a>', address, action.object_type, action.object_name)

    @admin.display(description="reason")
    def why(self, action: StaffAction) -> str:
        return _short(action.reason)

    @admin.display(description="changes")
    def changes(self, action: StaffAction) -> str:
        before, after = action.before or {}, action.after or {}
        names = list(dict.fromkeys([*before, *after]))
        if action.before is None:
            return _short("; ".join(f"{name}: {_text(after[name])}" for name in names))
        return _short("; ".join(f"{name}: {_text(before.get(name))} → {_text(after.get(name))}" for name in names))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        return (queryset.about(term) if term else queryset), False

    def get_urls(self) -> list[Any]:
        export = self.admin_site.admin_view(self.export)
        return [path("export.csv", export, name="wallet_staffaction_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """All that the filters leave, as a file; filters that are not sound lead to the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:wallet_staffaction_changelist")
        response = StreamingHttpResponse(staff_log_csv.pieces(found), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="staff-log.csv"'
        return response


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
