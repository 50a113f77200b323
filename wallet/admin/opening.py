from datetime import datetime

from django import forms
from django.contrib import admin

from wallet.admin.base import AppendOnly
from wallet.database import clock
from wallet.models import Opening


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
    list_display = ["__str__", "closes_at", "reopens_at", "cause", "reason", "created_at", "created_by"]
