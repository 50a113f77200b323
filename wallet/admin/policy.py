"""Policy versions, read. A new one is proposed and approved (wallet/admin/proposals.py); one to come is withdrawn here."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from wallet import proposals
from wallet.admin.base import ReadOnly, Recorded, to_the_second
from wallet.admin.proposal_forms import ReasonForm
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.models import Policy, PolicyWithdrawal
from wallet.proposals import Declined
from wallet.proposals.withdrawing import PERMISSION


@admin.register(Policy)
class PolicyAdmin(ReadOnly, Recorded):
    list_display = [
        "__str__",
        "dust_limit_btc",
        "interval_seconds",
        "tolerance_percent",
        "fee_percent",
        "breaker_bnb",
        "in_force",
        "created_at",
        "reason",
    ]
    list_select_related = ["withdrawal"]
    readonly_fields = ["in_force", "created_at", "created_by", "proposal"]

    @admin.display(description="in force from (UTC)")
    def in_force(self, policy: Policy) -> str:
        if policy.effective_from is None:
            return "the beginning"
        said = to_the_second(policy.effective_from)
        return f"never: withdrawn before {said}" if hasattr(policy, "withdrawal") else said

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).select_related("withdrawal")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self._withdraw))
        return [path("<int:pk>/withdraw/", view, name="wallet_policy_withdraw"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_propose": request.user.has_perm("wallet.propose_policy")}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        is_pending = Policy.objects.pending(clock.now()).filter(pk=object_id).exists() if object_id.isdigit() else False
        may = {"may_withdraw": is_pending and request.user.has_perm(PERMISSION)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})

    def _withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        policy = Policy.objects.filter(pk=pk).first()
        if policy is None:
            raise Http404
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                proposals.withdraw(by=cast("User", request.user), policy=pk, reason=form.cleaned_data["reason"])
            except (Declined, Busy) as error:
                form.add_error(None, str(error) or "The database is busy. Nothing was withdrawn. Try again.")
            else:
                messages.success(request, f"{policy} will not take effect.")
                return redirect("admin:wallet_policy_changelist")
        context = {"form": form, "policy": policy, "title": f"Withdraw {str(policy).lower()}", "opts": self.opts}
        context = {**self.admin_site.each_context(request), **context}
        return render(request, "admin/wallet/policy/withdraw.html", context, status=422 if form.errors else 200)


@admin.register(PolicyWithdrawal)
class PolicyWithdrawalAdmin(ReadOnly, Recorded):
    list_display = ["__str__", "created_at", "created_by", "reason"]
    list_select_related = ["policy", "created_by"]
    fields = readonly_fields = ("policy", "reason", "created_at", "created_by")
