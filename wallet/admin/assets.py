from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wallet import formats
from wallet.admin.base import ReadOnly, Recorded
from wallet.admin.listing import Listing
from wallet.database import clock
from wallet.models import Asset, KeptOutNumber, MarketRound, Price
from wallet.models.assets import source_name, utc_day
from wallet.models.market import DAY
from wallet.pages.asset_day import AssetDay
from wallet.pages.listing import standing


class StandingFilter(admin.SimpleListFilter):
    """As an asset stands now: the day from which it is delisted counts as well as its status."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("listed", "listed"), ("unlisted", "unlisted"), ("ahead", "to be delisted"), ("delisted", "delisted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Asset]) -> QuerySet[Asset]:
        today = utc_day(clock.now())
        ahead, is_due = Q(delisted_on__gt=today), Q(delisted_on__lte=today)
        delisted = Q(status=Asset.Status.DELISTED) | is_due & Q(delisted_on__isnull=False)
        match self.value():
            case "ahead":
                return queryset.filter(ahead).exclude(status=Asset.Status.DELISTED)
            case "delisted":
                return queryset.filter(delisted)
            case "listed" | "unlisted" as status:
                return queryset.filter(Q(delisted_on=None) | ahead, status=status)
        return queryset


@admin.register(Asset)
class AssetAdmin(Listing):
    """An asset's page has its last day at the market below the form (templates/admin/wallet/asset).

    The form has what an asset is; how it stands is changed by the pages of wallet/admin/listing.py.
    """

    list_display = ["code", "name", "stands", "scale"]
    list_filter = [StandingFilter, "conversions_paused"]
    search_fields = ["code", "name"]
    fields = ("code", "name", "scale", "stands", "pause_reason", "withdraw_until")
    readonly_fields = ("stands", "pause_reason", "withdraw_until")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("code", "name", "scale", "status")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """A new asset is listed or not; it is delisted by its own page."""
        if db_field.name == "status":
            options["choices"] = [one for one in Asset.Status.choices if one[0] != Asset.Status.DELISTED]
        return super().formfield_for_choice_field(db_field, request, **options)

    @admin.display(description="stands", ordering="status")
    def stands(self, asset: Asset) -> str:
        return standing(asset, clock.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asset = self.get_object(request, unquote(object_id))
        shown = {"day": _day(asset), "deeds": self.deeds(request, [asset.code])} if asset else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


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
