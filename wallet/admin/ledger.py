from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from wallet import formats, ledger
from wallet.admin.base import ReadOnly, Recorded
from wallet.admin.month_end import MonthEnd
from wallet.admin.treasury import TreasuryPages
from wallet.models import Account, Entry, HouseAccount, StaffMovement, Transaction


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


class MovementInline(ReadOnly, admin.StackedInline):
    """Whose proposal it is of, where operators moved it."""

    model = StaffMovement
    fk_name = "transaction"
    fields = readonly_fields = ("proposal", "number", "reverses", "reason", "evidence", "created_by")


@admin.register(StaffMovement)
class StaffMovementAdmin(ReadOnly, Recorded):
    list_display = ["transaction", "proposal", "number", "reason", "evidence", "created_by"]
    list_filter = ["transaction__kind"]
    list_select_related = ["transaction", "proposal", "created_by"]
    search_fields = ["transaction__reference", "created_by__username"]
    fields = readonly_fields = ("transaction", "proposal", "number", "reverses", "reason", "evidence", "created_by")
    show_full_result_count = False


@admin.register(Transaction)
class TransactionAdmin(ReadOnly, MonthEnd):
    list_display = ["reference", "kind", "posted_at"]
    list_filter = ["kind"]
    search_fields = ["reference"]
    date_hierarchy = "posted_at"
    inlines = [EntryInline, MovementInline]
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A deposit leads whoever may propose it to its reversal."""
        is_deposit = obj is not None and obj.kind == Transaction.Kind.DEPOSIT
        return ("back",) if is_deposit and request.user.has_perm("wallet.propose_reversal") else ()

    @admin.display(description="take it back")
    def back(self, deposit: Transaction) -> SafeString | str:
        if StaffMovement.objects.filter(reverses=deposit).exists():
            return "was reversed"
        address = f"{reverse('admin:wallet_proposal_propose_reversal')}?{urlencode({'deposit': deposit.reference})}"
        return format_html('<a href="{}">Propose its reversal</a>', address)


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
