from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from wallet.admin.base import AppendOnly
from wallet.database import clock
from wallet.models import Opening


class OpeningForm(forms.ModelForm):
    """Opens conversions, or closes them now or at a moment to come. Times are UTC, as everywhere in the admin.

    Closing never waits for anybody. Opening does after the house breaker closed: that is proposed, and another approves (P20).
    """

    def clean_is_open(self) -> bool:
        is_open: bool = self.cleaned_data["is_open"]
        if is_open and Opening.objects.stopped().exists():
            raise forms.ValidationError(
                "A guard closed conversions. Propose to open them, under Proposals: another operator approves it."
            )
        standing = set(Opening.objects.standing().values_list("cause", flat=True)) if is_open else set()
        if standing == {Opening.Cause.BNB}:
            raise forms.ValidationError("BNB is paused, which closes conversions. Resume it on its own page.")
        return is_open

    def clean_reopens_at(self) -> datetime | None:
        reopens_at: datetime | None = self.cleaned_data["reopens_at"]
        if reopens_at is not None and reopens_at <= clock.now():
            raise forms.ValidationError("This moment is over. Give one that is still to come, in UTC.")
        return reopens_at


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("now", "closings that hold"), ("planned", "closings to come")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Opening]) -> QuerySet[Opening]:
        if self.value() not in ("now", "planned"):
            return queryset
        now = clock.now()
        closings = Opening.objects.holding(now)
        wanted = [closing.pk for closing in closings if closing.holds(now) is (self.value() == "now")]
        return queryset.filter(pk__in=wanted)


@admin.register(Opening)
class OpeningAdmin(AppendOnly):
    form = OpeningForm
    list_filter = [StandingFilter]
    list_display = ["__str__", "closes_at", "reopens_at", "cause", "reason", "created_at", "created_by"]
