from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from wallet import formats, ledger
from wallet.admin.base import ReadOnly, Recorded
from wallet.admin.month_end import MonthEnd
from wallet.admin.treasury import TreasuryPages
from wallet.models import Account, Entry, HouseAccount, Transaction


@admin.register(Account)
class AccountAdmin(ReadOnly, Recorded):
    list_display = ["id", "kind", "user", "asset", "balance", "sequence"]
    list_filter = ["kind"]
    list_select_related = ["user", "asset"]
    search_fields = ["user__username", "user__email", "asset__code"]
    show_full_result_count = False

    @admin.display(empty_value="entries only")
    def balance(self, account: Account) -> str | None:
        return None if account.units is None else formats.full_amount(account.units, account.asset.scale)


class HouseChangeList(ChangeList):
    """The list with one column more: what each account on the page holds, asked for once for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        balances = ledger.house_balances(self.result_list)

        def holds(account: HouseAccount) -> str:
            return formats.full_amount(balances[account.pk], account.asset.scale)

        self.list_display = [*self.list_display, holds]


@admin.register(HouseAccount)
class HouseAccountAdmin(ReadOnly, TreasuryPages):
    list_display = ["asset", "kind"]
    list_display_links = None
    list_filter = ["kind"]
    list_select_related = ["asset"]
    search_fields = ["asset__code"]
    ordering = ["asset__code", "kind"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return HouseAccount.objects.house().order_by(*self.get_ordering(request))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return HouseChangeList


class EntryInline(ReadOnly, admin.TabularInline):
    model = Entry
    fields = readonly_fields = ("account", "units", "balance_units", "sequence")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account__user", "account__asset")


@admin.register(Transaction)
class TransactionAdmin(ReadOnly, MonthEnd):
    list_display = ["reference", "kind", "posted_at"]
    list_filter = ["kind"]
    search_fields = ["reference"]
    date_hierarchy = "posted_at"
    inlines = [EntryInline]
    show_full_result_count = False


@admin.register(Entry)
class EntryAdmin(ReadOnly, Recorded):
    list_display = ["id", "transaction", "account", "amount", "balance", "sequence"]
    list_select_related = ["transaction", "account__user", "account__asset"]
    search_fields = ["transaction__reference", "account__user__username", "account__asset__code"]
    show_full_result_count = False

    @admin.display
    def amount(self, entry: Entry) -> str:
        return formats.full_amount(entry.units, entry.account.asset.scale)

    @admin.display
    def balance(self, entry: Entry) -> str | None:
        units, scale = entry.balance_units, entry.account.asset.scale
        return None if units is None else formats.full_amount(units, scale)
