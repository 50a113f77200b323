from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.forms import model_to_dict
from django.http import HttpRequest

from wallet.admin.base import AppendOnly
from wallet.database import clock
from wallet.models import Opening, Policy


@admin.register(Policy)
class PolicyAdmin(AppendOnly):
    list_display = [
        "__str__",
        "dust_limit_btc",
        "interval_seconds",
        "tolerance_percent",
        "fee_percent",
        "created_at",
        "reason",
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version starts from the one in force."""
        return model_to_dict(Policy.objects.current(), exclude=["reason"])


class OpeningForm(forms.ModelForm):
    """Opens conversions, or closes them now or at a moment to come. Times are UTC, as everywhere in the admin."""

    def clean_reopens_at(self) -> datetime | None:
        reopens_at: datetime | None = self.cleaned_data["reopens_at"]
        if reopens_at is not None and reopens_at <= clock.now():
            raise forms.ValidationError("This moment is over. Give one that is still to come, in UTC.")
        return reopens_at


@admin.register(Opening)
class OpeningAdmin(AppendOnly):
    form = OpeningForm
    list_display = ["__str__", "closes_at", "reopens_at", "created_at", "created_by"]
