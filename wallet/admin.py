"""The operators' view. Money and its history are read-only for everybody; corrections are new entries, not edits."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.forms import model_to_dict
from django.http import HttpRequest

from wallet import formats, ledger
from wallet.database import clock
from wallet.models import (
    Account,
    Asset,
    Conversion,
    Customer,
    Entry,
    HouseAccount,
    Line,
    Opening,
    Policy,
    Price,
    Pulse,
    Transaction,
)


class ReadOnly(admin.options.BaseModelAdmin):
    """Nothing is added, changed or deleted here, not even by a superuser."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AppendOnly(admin.ModelAdmin):
    """Rows are added and signed by the operator, and never changed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.created_by = request.user
        super().save_model(request, obj, form, change)


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


class EntryInline(ReadOnly, admin.TabularInline):
    model = Entry
    fields = readonly_fields = ("account", "units", "balance_units", "sequence")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account__user", "account__asset")


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


@admin.register(Customer)
class CustomerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["user", "last_converted_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]


@admin.register(Account)
class AccountAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "kind", "user", "asset", "balance", "sequence"]
    list_filter = ["kind"]
    list_select_related = ["user", "asset"]
    search_fields = ["user__username", "user__email", "asset__code"]
    show_full_result_count = False

    @admin.display(empty_value="entries only")
    def balance(self, account: Account) -> str | None:
        return None if account.units is None else formats.full_amount(account.units, account.asset.scale)


class HouseChangeList(ChangeList):
    """The balances of the accounts on the page, in as many queries for one as for a hundred."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        balances = ledger.house_balances(self.result_list)
        for account in self.result_list:
            account.held_units = balances[account.pk]


@admin.register(HouseAccount)
class HouseAccountAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["asset", "kind", "holds"]
    list_display_links = None
    list_filter = ["kind"]
    list_select_related = ["asset"]
    search_fields = ["asset__code"]
    ordering = ["asset__code", "kind"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return HouseAccount.objects.house().order_by(*self.get_ordering(request))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return HouseChangeList

    @admin.display
    def holds(self, account: Any) -> str:
        return formats.full_amount(account.held_units, account.asset.scale)


@admin.register(Transaction)
class TransactionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["reference", "kind", "posted_at"]
    list_filter = ["kind"]
    search_fields = ["reference"]
    date_hierarchy = "posted_at"
    inlines = [EntryInline]
    show_full_result_count = False


@admin.register(Entry)
class EntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "transaction", "account", "amount", "balance", "sequence"]
    list_select_related = ["transaction", "account__user", "account__asset"]
    search_fields = ["transaction__reference", "account__user__username", "account__asset__code"]
    show_full_result_count = False

    @admin.display
    def amount(self, entry: Entry) -> str:
        return formats.full_amount(entry.units, entry.account.asset.scale)

    @admin.display
    def balance(self, entry: Entry) -> str | None:
        return (
            None if entry.balance_units is None else formats.full_amount(entry.balance_units, entry.account.asset.scale)
        )


@admin.register(Conversion)
class ConversionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["reference", "user", "status", "reason_code", "estimated", "received", "quoted_at", "finished_at"]
    list_filter = ["status", "reason_code"]
    list_select_related = ["user"]
    search_fields = ["reference", "user__username", "user__email"]
    date_hierarchy = "quoted_at"
    inlines = [LineInline]
    show_full_result_count = False

    @admin.display(description="estimated (BNB)")
    def estimated(self, conversion: Conversion) -> str:
        return formats.coin(conversion.quoted_net_units)

    @admin.display(description="received (BNB)")
    def received(self, conversion: Conversion) -> str | None:
        return None if conversion.net_units is None else formats.coin(conversion.net_units)


@admin.register(Line)
class LineAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["conversion", "asset", "units", "quoted_net_units", "net_units"]
    list_select_related = ["conversion", "asset"]
    search_fields = ["conversion__reference", "asset__code"]
    show_full_result_count = False


@admin.register(Policy)
class PolicyAdmin(AppendOnly):
    list_display = [
        "__str__",
        "dust_limit_btc",
        "interval_seconds",
        "tolerance_percent",
        "fee_percent",
        "created_at",
        "reason",
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version starts from the one in force."""
        return model_to_dict(Policy.objects.current(), exclude=["reason"])


class OpeningForm(forms.ModelForm):
    """Opens conversions, or closes them now or at a moment to come. Times are UTC, as everywhere in the admin."""

    def clean_reopens_at(self) -> datetime | None:
        reopens_at: datetime | None = self.cleaned_data["reopens_at"]
        if reopens_at is not None and reopens_at <= clock.now():
            raise forms.ValidationError("This moment is over. Give one that is still to come, in UTC.")
        return reopens_at


@admin.register(Opening)
class OpeningAdmin(AppendOnly):
    form = OpeningForm
    list_display = ["__str__", "closes_at", "reopens_at", "created_at", "created_by"]


@admin.register(Pulse)
class PulseAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "beat_at"]


admin.site.site_header = admin.site.site_title = "Dustsite operators"
