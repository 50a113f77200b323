from django.contrib import admin

from wallet.admin.base import ReadOnly, Recorded
from wallet.models import Customer


@admin.register(Customer)
class CustomerAdmin(ReadOnly, Recorded):
    list_display = ["user", "last_converted_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
