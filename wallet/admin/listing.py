"""Pausing, resuming, delisting and listing assets, through a page that says what it means first; and assets from a file."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from wallet import listing
from wallet.admin.base import Recorded
from wallet.csv_table import FileRefused
from wallet.database import clock
from wallet.database.retrying import Busy
from wallet.files import assets_csv
from wallet.listing import Deed, NotDone, Wanted
from wallet.models import Asset
from wallet.models.assets import utc_day
from wallet.pages.listing import LABELS, listing_page

BUSY = "The database is busy. Nothing was changed. Try again."
# An address that is longer is refused by the web server.
LONGEST_ADDRESS = 3_500


class DeedForm(forms.Form):
    """Why; of a pause, what customers read."""

    reason = forms.CharField(max_length=200, help_text="Why, for the record.")


class PauseForm(DeedForm):
    reason = forms.CharField(
        max_length=200, help_text="Customers read this sentence beside the asset; it is the record too."
    )


class DelistForm(DeedForm):
    delisted_on = forms.DateField(
        label="Delisted from", required=False, help_text="A day of UTC like 2026-12-01. Empty: from now on."
    )
    withdraw_until = forms.DateField(
        label="Withdrawals until", required=False, help_text="Customers read it. Empty: nothing is said."
    )


class AssetFileForm(forms.Form):
    file = forms.FileField(
        label="CSV file", help_text=f"UTF-8, at most 1 MB, with the header {','.join(assets_csv.COLUMNS)}."
    )


class NamingForm(forms.Form):
    """Which assets, by a file, and what is to be done to all of them."""

    deed = forms.ChoiceField(label="What to do", choices=())
    file = forms.FileField(
        label="CSV file",
        help_text=f"UTF-8, a row for each asset below the header code; at most {assets_csv.MOST} assets.",
    )

    def __init__(self, allowed: Sequence[Deed], *args: Any) -> None:
        super().__init__(*args)
        cast("forms.ChoiceField", self.fields["deed"]).choices = [(deed.value, LABELS[deed]) for deed in allowed]


FORMS: dict[Deed, type[DeedForm]] = {Deed.PAUSE: PauseForm, Deed.DELIST: DelistForm}


def address(deed: Deed, codes: Sequence[str]) -> str:
    """Of the page that says what the deed means to these assets."""
    return f"{reverse(f'admin:wallet_asset_{deed}')}?{urlencode([('asset', code) for code in codes])}"


class Listing(Recorded):
    """The pages below the assets' list, and the ways to them: actions for many assets, buttons for one."""

    def get_urls(self) -> list[URLPattern]:
        guarded, answers = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        own = [
            path(f"{deed}/", guarded(answers(self._deed)), {"deed": deed}, name=f"wallet_asset_{deed}") for deed in Deed
        ]
        own.append(path("file/", guarded(answers(self._file)), name="wallet_asset_file"))
        own.append(path("named/", guarded(answers(self._choose)), name="wallet_asset_named"))
        return [*own, *super().get_urls()]

    def deeds(self, request: HttpRequest, codes: Sequence[str]) -> list[tuple[str, str]]:
        """What this operator may do to these assets: the label and the address of each."""
        return [(LABELS[deed], address(deed, codes)) for deed in _allowed(request)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        own: dict[str, Any] = {
            deed.value: (partial(_lead, deed), deed.value, f"{LABELS[deed]} the selected assets")
            for deed in _allowed(request)
        }
        return {**super().get_actions(request), **own}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown = {"may_add_from_file": self.has_add_permission(request), "may_name_by_file": bool(_allowed(request))}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def _deed(self, request: HttpRequest, deed: Deed) -> HttpResponse:
        """What it means; then, with a reason, what customers will read; then it is done."""
        if not request.user.has_perm(deed.permission):
            raise PermissionDenied
        assets = _named(request)
        form = FORMS.get(deed, DeedForm)(request.POST if request.method == "POST" else None)
        wanted = Wanted(deed, "…")
        if request.method == "POST" and form.is_valid():
            wanted = Wanted(deed, **form.cleaned_data)
            for problem in wanted.problems(utc_day(clock.now())):
                form.add_error(None, problem)
            if not form.errors and "do" in request.POST and self._is_done(request, form, wanted, assets):
                return redirect("admin:wallet_asset_changelist")
        return self._meaning(request, form, wanted, assets)

    def _meaning(self, request: HttpRequest, form: DeedForm, wanted: Wanted, assets: Sequence[Asset]) -> HttpResponse:
        """The page that says what the deed means to these assets, which its form names again."""
        page = listing_page(assets, wanted, clock.now())
        action = reverse(f"admin:wallet_asset_{wanted.deed}")
        return self._render(request, "listing", form, title=f"{page.label} assets", page=page, action=action)

    def _is_done(self, request: HttpRequest, form: DeedForm, wanted: Wanted, assets: Sequence[Asset]) -> bool:
        codes = [asset.code for asset in assets]

        def act() -> str:
            listing.carry_out(by=cast("User", request.user), wanted=wanted, codes=codes)
            return f"{LABELS[wanted.deed]}: {', '.join(codes)}."

        return _told(request, form, act)

    def _choose(self, request: HttpRequest) -> HttpResponse:
        """Assets that a file names: leads to the page that says what it means to them, and changes nothing."""
        allowed = _allowed(request)
        if not allowed:
            raise PermissionDenied
        form = NamingForm(allowed, *((request.POST, request.FILES) if request.method == "POST" else ()))
        if request.method == "POST" and form.is_valid():
            deed = Deed(form.cleaned_data["deed"])
            try:
                codes = assets_csv.named(form.cleaned_data["file"].read())
            except FileRefused as error:
                form.add_error(None, error.problems)
            else:
                assets = list(Asset.objects.filter(code__in=codes).order_by("code"))
                return self._meaning(request, FORMS.get(deed, DeedForm)(), Wanted(deed, "…"), assets)
        return self._render(request, "named", form, title="Choose assets by a file")

    def _file(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AssetFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        if request.method == "POST" and form.is_valid():
            sent = form.cleaned_data["file"]

            def act() -> str:
                found = assets_csv.assets(sent.read())
                listing.add(by=cast("User", request.user), assets=found, source=f"From the file {sent.name}."[:200])
                return f"{len(found):,} {'asset was' if len(found) == 1 else 'assets were'} added."

            if _told(request, form, act):
                return redirect("admin:wallet_asset_changelist")
        return self._render(request, "file", form, title="Add assets from a file")

    def _render(self, request: HttpRequest, name: str, form: forms.Form, **shown: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form, **shown}
        return render(request, f"admin/wallet/asset/{name}.html", context, status=422 if form.errors else 200)


def _told(request: HttpRequest, form: forms.Form, act: Callable[[], str]) -> bool:
    """Whether it was done; what stands in the way is said with the form."""
    try:
        messages.success(request, act())
    except (NotDone, FileRefused) as error:
        for problem in error.problems:
            form.add_error(None, problem)
        return False
    except Busy:
        form.add_error(None, BUSY)
        return False
    return True


def _allowed(request: HttpRequest) -> list[Deed]:
    return [deed for deed in Deed if request.user.has_perm(deed.permission)]


def _named(request: HttpRequest) -> list[Asset]:
    """The assets that the address or the form names, by code; 404 for none, and for what there is not."""
    codes = {*request.GET.getlist("asset"), *request.POST.getlist("asset")}
    found = Asset.objects.filter(code__in=codes).order_by("code")
    assets = list(found) if len(codes) <= assets_csv.MOST else []
    if not codes or len(assets) != len(codes):
        raise Http404
    return assets


def _lead(deed: Deed, model_admin: Any, request: HttpRequest, queryset: QuerySet[Asset]) -> HttpResponse | None:
    """An action of the list: to the page that says what it means, and asks why."""
    to = address(deed, list(queryset.order_by("code").values_list("code", flat=True)[: assets_csv.MOST]))
    if len(to) > LONGEST_ADDRESS or queryset.count() > assets_csv.MOST:
        messages.error(
            request, "These are more assets than an address can name. Choose fewer, or choose them by a file."
        )
        return None
    return redirect(to)
