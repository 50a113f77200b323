"""What the operators' pages are made of: rows that nobody changes here, and rows that are added and signed."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest


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


class AppendOnly(Unchanged, admin.ModelAdmin):
    """Rows are added, and signed by the operator."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.created_by = request.user
        super().save_model(request, obj, form, change)


def to_the_second(moment: datetime) -> str:
    """A moment as rounds have them, in UTC: 2026-11-22 14:32:07."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
