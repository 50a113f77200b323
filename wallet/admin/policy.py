from typing import Any

from django.contrib import admin
from django.forms import model_to_dict
from django.http import HttpRequest

from wallet.admin.base import AppendOnly
from wallet.models import Policy


@admin.register(Policy)
class PolicyAdmin(AppendOnly):
    list_display = [
        "__str__",
        "dust_limit_btc",
        "interval_seconds",
        "tolerance_percent",
        "fee_percent",
        "breaker_bnb",
        "created_at",
        "reason",
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version starts from the one in force."""
        return model_to_dict(Policy.objects.current(), exclude=["reason"])
