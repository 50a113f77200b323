"""The addresses of the admin's lists."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode


def rows_of(model: str, filters: Mapping[str, Any]) -> str:
    """Where these rows of a model stand."""
    address = reverse(f"admin:wallet_{model}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address
