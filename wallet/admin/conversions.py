from django.contrib import admin

from wallet import formats
from wallet.admin.base import FarBack, ReadOnly, Recorded
from wallet.models import Conversion, Line


class LineInline(ReadOnly, admin.TabularInline):
    model = Line
    fields = readonly_fields = (
        "asset",
        "units",
        "quoted_rate_btc",
        "quoted_net_units",
        "settled_rate_btc",
        "settled_path",
        "net_units",
    )


@admin.register(Conversion)
class ConversionAdmin(ReadOnly, Recorded):
    list_display = ["reference", "user", "status", "reason_code", "estimated", "received", "quoted_at", "finished_at"]
    list_filter = ["status", ("finished_at", admin.DateFieldListFilter), "reason_code"]
    list_select_related = ["user"]
    search_fields = ["reference", "user__username", "user__email"]
    paginator = FarBack
    inlines = [LineInline]
    show_full_result_count = False

    @admin.display(description="estimated (BNB)")
    def estimated(self, conversion: Conversion) -> str:
        return formats.coin(conversion.quoted_net_units)

    @admin.display(description="received (BNB)")
    def received(self, conversion: Conversion) -> str | None:
        return None if conversion.net_units is None else formats.coin(conversion.net_units)


@admin.register(Line)
class LineAdmin(ReadOnly, Recorded):
    list_display = ["conversion", "asset", "units", "quoted_net_units", "net_units"]
    list_select_related = ["conversion", "asset"]
    search_fields = ["conversion__reference", "asset__code"]
    show_full_result_count = False
