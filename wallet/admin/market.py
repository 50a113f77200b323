from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wallet import formats
from wallet.admin.base import ReadOnly, Recorded, to_the_second
from wallet.database import clock
from wallet.market import guards
from wallet.models import KeptOutNumber, MarketRound
from wallet.models.market import ASSET_RULES


class OutcomeFilter(admin.SimpleListFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("good", "gave prices"), ("failed", "gave none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "good":
            return queryset.filter(error="")
        return queryset.exclude(error="") if self.value() == "failed" else queryset


# So many characters of a text stand in a list.
SHORT = 60


@admin.register(MarketRound)
class MarketRoundAdmin(ReadOnly, Recorded):
    list_display = ["asked", "source", "priced", "kept_out", "rows", "took_ms", "error", "fallback_in_short"]
    list_filter = [OutcomeFilter, "source"]
    date_hierarchy = "asked_at"
    show_full_result_count = False
    fields = readonly_fields = (
        "asked",
        "source",
        "took_ms",
        "rows",
        "priced",
        "kept_out",
        "error",
        "fallback",
        "fallback_answers",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("numbers")

    @admin.display(description="asked at (UTC)", ordering="asked_at")
    def asked(self, one: MarketRound) -> str:
        return to_the_second(one.asked_at)

    @admin.display(description="fallback", ordering="fallback")
    def fallback_in_short(self, one: MarketRound) -> SafeString | str:
        """Its beginning, with the whole as its title; the round's own page has it too."""
        if len(one.fallback) <= SHORT:
            return one.fallback
        return format_html('<span title="{}">{}…</span>', one.fallback, one.fallback[:SHORT])


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("now", "kept out now"), ("over", "over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("now", "over"):
            return queryset.filter(ended_at__isnull=self.value() == "now")
        return queryset


class SubjectFilter(admin.SimpleListFilter):
    title = "number"
    parameter_name = "number"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("asset", "an asset's price"), ("market", "one market of it")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "asset":
            return queryset.filter(symbol="")
        return queryset.exclude(symbol="") if self.value() == "market" else queryset


class RuleFilter(admin.SimpleListFilter):
    title = "rule"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(rule, guards.rule_name(rule)) for rule in ASSET_RULES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(rule=self.value()) if self.value() else queryset


COLUMNS = ("named_rule", "asset", "market", "number", "why", "began", "until")


@admin.register(KeptOutNumber)
class KeptOutNumberAdmin(ReadOnly, Recorded):
    list_display = [*COLUMNS]
    list_filter = [StateFilter, RuleFilter, SubjectFilter, "source"]
    search_fields = ["code", "symbol"]
    show_full_result_count = False
    fields = readonly_fields = (*COLUMNS, "lasted", "source")
    # What is kept out now comes first.
    ordering = [F("ended_at").desc(nulls_first=True), "-began_at", "-pk"]

    @admin.display(description="rule", ordering="rule")
    def named_rule(self, number: KeptOutNumber) -> str:
        return guards.rule_name(number.rule)

    @admin.display(ordering="code")
    def asset(self, number: KeptOutNumber) -> SafeString:
        address = reverse("admin:wallet_asset_changelist")
        return format_html('<a href="{}?code__exact={}">{}</a>', address, number.code, number.code)

    @admin.display(ordering="symbol", empty_value="its price as a whole")
    def market(self, number: KeptOutNumber) -> str | None:
        return number.symbol or None

    @admin.display
    def why(self, number: KeptOutNumber) -> str:
        return guards.words(number.facts)

    @admin.display(description="number (BTC)")
    def number(self, number: KeptOutNumber) -> str | None:
        return number.rate_btc or None

    @admin.display(description="from (UTC)", ordering="began_at")
    def began(self, number: KeptOutNumber) -> str:
        return to_the_second(number.began_at)

    @admin.display(description="until (UTC)", ordering="ended_at")
    def until(self, number: KeptOutNumber) -> str:
        return to_the_second(number.ended_at) if number.ended_at else "now"

    @admin.display
    def lasted(self, number: KeptOutNumber) -> str:
        length = (number.ended_at or clock.now()) - number.began_at
        return formats.duration(max(0, length // timedelta(seconds=1)))
