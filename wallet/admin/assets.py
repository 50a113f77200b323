from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wallet import formats
from wallet.admin.base import ReadOnly, Recorded
from wallet.database import clock
from wallet.models import Asset, KeptOutNumber, MarketRound, Price
from wallet.models.assets import source_name
from wallet.models.market import DAY
from wallet.pages.asset_day import AssetDay


@admin.register(Asset)
class AssetAdmin(Recorded):
    """An asset's page has its last day at the market below the form (templates/admin/wallet/asset)."""

    list_display = ["code", "name", "status", "conversions_paused", "scale"]
    list_filter = ["status", "conversions_paused"]
    search_fields = ["code", "name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asset = self.get_object(request, unquote(object_id))
        day = {"day": _day(asset)} if asset else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **day})


def _day(asset: Asset) -> AssetDay:
    now, source = clock.now(), source_name()
    return AssetDay(
        code=asset.code,
        numbers=MarketRound.objects.of(source).numbers_of(asset.code, now - DAY),
        spells=list(KeptOutNumber.objects.spells_of(source, asset.code, now - DAY)),
        now=now,
    )


@admin.register(Price)
class PriceAdmin(ReadOnly, Recorded):
    list_display = ["asset", "rate", "path", "source", "observed_at", "last_day"]
    list_select_related = ["asset"]
    list_filter = ["source", ("observed_at", admin.DateFieldListFilter)]
    search_fields = ["asset__code"]
    readonly_fields = ["last_day"]

    @admin.display(description="rate (BTC)")
    def rate(self, price: Price) -> str:
        return formats.rate(price.rate_btc)

    @admin.display
    def last_day(self, price: Price) -> SafeString:
        """Leads to the chart on the asset's page, and to what was kept out of it."""
        asset = reverse("admin:wallet_asset_change", args=[price.asset_id])
        kept_out = reverse("admin:wallet_keptoutnumber_changelist")
        words = '<a href="{}#day">numbers</a>, <a href="{}?code__exact={}">kept out</a>'
        return format_html(words, asset, kept_out, price.asset.code)
