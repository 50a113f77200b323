"""What the operators' pages are made of: what is done is recorded, some rows nobody changes, others are added and signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db import connection, models
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode

from wallet import staff_log


@dataclass(frozen=True)
class Change:
    """What a form changes: its fields before and after, by their names, and the reason that was given with it."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    reason: str


class Recorded(admin.ModelAdmin):
    """A page whose every write is in the staff's log, in the same transaction (P20); Django's own log is not used.

    Actions that do more than the form tell it by `record`.
    """

    # The form's fields that say why, the first of them that has something.
    reason_fields = ("reason", "pause_reason")

    def record(self, request: HttpRequest, action: str, on: models.Model, **told: Any) -> None:
        """Writes down that this request does something to an object; within a transaction."""
        staff_log.record(staff=request.user, action=action, on=on, **told)  # type: ignore[arg-type]  # staff only get here

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """What is about to be changed is locked first, so that what it was before is told as it was.

        An address may name no field at all (`?_to_field=`), which Django would look for: that is the primary key's.
        """
        found = super().get_object(request, object_id, from_field or None)
        if found is None or request.method != "POST" or not connection.in_atomic_block:
            return found
        return self.get_queryset(request).select_for_update(no_key=True, of=("self",)).filter(pk=found.pk).first()

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """What Django hands on to the log, once all is saved."""
        given = form.cleaned_data
        reason = next((given[name] for name in self.reason_fields if given.get(name)), "")
        if add:
            return Change(None, given, reason)
        changed = form.changed_data
        return Change(
            {name: form.initial.get(name) for name in changed}, {name: given[name] for name in changed}, reason
        )

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self.record(request, "added", obj, after=message.after, reason=message.reason)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self.record(request, "changed", obj, before=message.before, after=message.after, reason=message.reason)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> None:  # type: ignore[override]
        for row in queryset:
            self.record(request, "deleted", row, before=model_to_dict(row))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the staff's log has of the object."""
        found = self.get_object(request, unquote(object_id))
        if found is None or not self.has_view_or_change_permission(request, found):
            return super().history_view(request, object_id, extra_context)
        return redirect(history_address(self.opts.label_lower, found.pk))


def history_address(object_type: str, key: Any) -> str:
    """Where the staff's log says what was done to this object."""
    asked = urlencode({"object_type": object_type, "object_key": key})
    return f"{reverse('admin:wallet_staffaction_changelist')}?{asked}"


class Newest(Paginator):
    """Pages of the newest rows that filters leave: what lies further back than so many is found by filters, and in the file.

    Counting goes no further either, so it costs the same for any number of rows.
    """

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST].count())


class FarBack(Newest):
    """The same, as far back as a busy day goes, so that a day's figure is the number of rows that its list has."""

    MOST = 100_000


class Unchanged(admin.options.BaseModelAdmin):
    """What is there is never changed or deleted here, not even by a superuser."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Unchanged):
    """Nothing is added either."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AppendOnly(Unchanged, Recorded):
    """Rows are added, and signed by the operator."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.created_by = request.user
        super().save_model(request, obj, form, change)


def to_the_second(moment: datetime) -> str:
    """A moment as rounds have them, in UTC: 2026-11-22 14:32:07."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
