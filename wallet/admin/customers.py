from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from wallet.admin.base import ReadOnly, Recorded
from wallet.models import Customer
from wallet.pages.customer_record import CustomerRecord


@admin.register(Customer)
class CustomerAdmin(ReadOnly, Recorded):
    """A customer's page has all that support asks for below its fields (templates/admin/wallet/customer)."""

    list_display = ["user", "last_converted_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        reader = cast("User", request.user)
        page = {"page": CustomerRecord(found, reader, request.GET.dict())} if found else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **page})
