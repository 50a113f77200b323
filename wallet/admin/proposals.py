"""Proposals: made by one operator, decided on by another (P20). Rows are read here; what is done goes through the verbs."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from wallet import proposals, roles
from wallet.admin.base import ReadOnly, Recorded
from wallet.admin.proposal_forms import (
    MOVING,
    ProposeBookingForm,
    ProposeForm,
    ProposeLimitForm,
    ProposePolicyForm,
    RightsForm,
)
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.models import Decision, Proposal
from wallet.pages.home import decidable
from wallet.pages.proposals import ProposalPage
from wallet.proposals import Declined, Preview

FORMS: dict[str, type[ProposeForm]] = {
    form.kind.value: form
    for form in (ProposeForm, ProposePolicyForm, ProposeLimitForm, ProposeBookingForm, *MOVING, RightsForm)
}
DEEDS: dict[str, Callable[..., Decision]] = {
    "approve": proposals.approve,
    "refuse": proposals.refuse,
    "take_back": proposals.take_back,
}
READ = ("kind", "created_by", "created_at", "reason", "evidence", "lapses_at")


class WaitsFilter(admin.SimpleListFilter):
    title = "whom it waits for"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("me", "me"), ("anybody", "anybody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        if self.value() == "me":
            return queryset.filter(pk__in=decidable(_operator(request), clock.now()))
        if self.value() == "anybody":
            return queryset.filter(pk__in=Proposal.objects.waiting(clock.now()))
        return queryset


@admin.register(Proposal)
class ProposalAdmin(ReadOnly, Recorded):
    """A proposal's page has what it changes and the decision below its fields (templates/admin/wallet/proposal)."""

    list_display = ["__str__", "kind", "created_at", "created_by", "reason", "standing"]
    list_filter = [WaitsFilter, "kind"]
    list_select_related = ["created_by", "decision__created_by"]
    fields = readonly_fields = READ
    show_full_result_count = False

    @admin.display(description="what became of it")
    def standing(self, proposal: Proposal) -> str:
        if proposal.is_decided:
            return f"{proposal.decision.get_outcome_display()} by {proposal.decision.created_by}"
        return "Lapsed" if proposal.is_over else "Waits"  # type: ignore[attr-defined]  # of the list's query

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows = super().get_queryset(request).select_related("created_by", "decision__created_by")
        if roles.sees_accounts_only(request.user):
            rows = rows.filter(kind=Proposal.Kind.RIGHTS)
        read: QuerySet[Proposal] = rows.annotate(is_over=Q(lapses_at__lte=clock.now()))
        return read

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        own = [
            path(
                f"propose/{kind}/",
                guarded(require_http_methods(["GET", "HEAD", "POST"])(self._propose)),
                {"kind": kind},
                name=f"wallet_proposal_propose_{kind}",
            )
            for kind in FORMS
        ]
        own.append(path("<int:pk>/decide/", guarded(require_POST(self._decide)), name="wallet_proposal_decide"))
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        ways = [
            (sort.title, reverse(f"admin:wallet_proposal_propose_{kind}"))
            for kind, sort in proposals.KINDS.items()
            if request.user.has_perm(sort.propose_permission)
        ]
        return super().changelist_view(request, {**(extra_context or {}), "ways": ways})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        proposal = self.get_object(request, object_id)
        page = {"page": _page(request, proposal)} if proposal else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **page})

    def _propose(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The form, then with a preview of what it changes, then with the proposal made."""
        sort = proposals.KINDS[kind]
        if not request.user.has_perm(sort.propose_permission):
            raise PermissionDenied
        form = _form(request, FORMS[kind])
        preview: Preview | None = None
        if request.method == "POST" and form.is_valid():
            try:
                preview = sort.preview(form.payload, clock.now())
                if "propose" in request.POST:
                    made = proposals.propose(by=_operator(request), kind=kind, payload=form.payload, **_said(form))
                    messages.success(request, "Proposed. Another operator has to approve it.")
                    return redirect("admin:wallet_proposal_change", made.pk)
            except ValidationError as error:
                form.add_error(None, error)
            except (Declined, Busy) as error:
                form.add_error(None, str(error) or "The database is busy. Try again.")
        context = {"form": form, "preview": preview, "title": f"Propose: {sort.title.lower()}", "opts": self.opts}
        return self._render(request, "admin/wallet/proposal/propose.html", context)

    def _decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        deed = DEEDS.get(request.POST.get("deed", ""))
        if not self.has_view_permission(request):
            raise PermissionDenied
        if deed is None or not Proposal.objects.filter(pk=pk).exists():
            raise Http404
        try:
            decision = deed(by=_operator(request), proposal=pk, reason=request.POST.get("reason", ""))
        except (Declined, Busy) as error:
            messages.error(request, str(error) or "The database is busy. Nothing was decided. Try again.")
        else:
            messages.success(request, f"{decision.get_outcome_display()}.")
        return redirect("admin:wallet_proposal_change", pk)

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        status = 422 if context["form"].errors else 200
        return render(request, template, {**self.admin_site.each_context(request), **context}, status=status)


@admin.register(Decision)
class DecisionAdmin(ReadOnly, Recorded):
    list_display = ["__str__", "proposal", "created_by", "reason"]
    list_filter = ["outcome"]
    list_select_related = ["proposal", "created_by"]
    fields = readonly_fields = ("proposal", "outcome", "reason", "created_at", "created_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        rows: QuerySet[Decision] = super().get_queryset(request)
        return rows.filter(proposal__kind=Proposal.Kind.RIGHTS) if roles.sees_accounts_only(request.user) else rows


def _operator(request: HttpRequest) -> User:
    """Nobody else comes in here."""
    return cast("User", request.user)


def _page(request: HttpRequest, proposal: Proposal) -> ProposalPage:
    return ProposalPage(proposal, clock.now(), _operator(request).pk, request.user.has_perm)


def _said(form: ProposeForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("reason", "evidence", "confirms") if name in form.cleaned_data}


def _form(request: HttpRequest, form: type[ProposeForm]) -> ProposeForm:
    """What was sent; else an empty one, with what a link to it says."""
    if form.takes_initial:
        return form(request.POST or None, request.FILES or None, initial=request.GET.dict())
    return form(request.POST or None)
