from django.contrib import admin

from wallet.admin.base import ReadOnly
from wallet.market import guards
from wallet.models import KeptOutNumber, MarketRound


@admin.register(MarketRound)
class MarketRoundAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["asked_at", "source", "priced", "kept_out", "rows", "took_ms", "fallback", "error"]
    list_filter = ["source"]
    date_hierarchy = "asked_at"
    show_full_result_count = False
    exclude = ["numbers"]


@admin.register(KeptOutNumber)
class KeptOutNumberAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["rule", "code", "symbol", "rate_btc", "why", "began_at", "ended_at"]
    list_filter = ["rule", ("ended_at", admin.EmptyFieldListFilter), "source"]
    search_fields = ["code", "symbol"]
    show_full_result_count = False

    @admin.display
    def why(self, number: KeptOutNumber) -> str:
        return guards.words(number.facts)
