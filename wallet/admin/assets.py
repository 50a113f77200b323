from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from wallet import formats
from wallet.admin.base import ReadOnly
from wallet.models import Asset, Price


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "status", "conversions_paused", "scale"]
    list_filter = ["status", "conversions_paused"]
    search_fields = ["code", "name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Price)
class PriceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["asset", "rate", "path", "source", "observed_at"]
    list_select_related = ["asset"]
    search_fields = ["asset__code"]

    @admin.display(description="rate (BTC)")
    def rate(self, price: Price) -> str:
        return formats.rate(price.rate_btc)
