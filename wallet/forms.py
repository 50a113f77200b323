"""What a browser may send, and the words for what it sent wrong. Nothing here reads an amount, a price, an owner or a time."""

import re
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wallet import currencies, files, validators, zones
from wallet.models import Conversion, Customer
from wallet.pages.history.filters import NAMES, Filters
from wallet.pages.problems import Problem
from wallet.pages.summary import Asking
from wallet.pages.wallet import Search
from wallet.refusals import Code, Refused, refusal

NO_ZONE = _("There is no time zone of this name. Choose one from the list.")


class SelectionField(forms.Field):
    """Asset codes, repeated. Duplicates count once; what isn't a code at all is no asset of anybody's."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(value or []))

    def validate(self, value: Any) -> None:
        if not value:
            raise Refused(refusal(Code.NOTHING_SELECTED))
        if not all(re.match(validators.ASSET_CODE, code) for code in value):
            raise Refused(refusal(Code.UNKNOWN_ASSET))


class SelectionForm(forms.Form):
    asset = SelectionField()

    @property
    def problem(self) -> str:
        """The first thing that is wrong, in words."""
        return str(self.errors["asset"][0])


class EstimateForm(forms.Form):
    """What the dust page says of itself beside the selection. It is only ever compared and said, never reckoned with."""

    fingerprint = forms.CharField(required=False, max_length=1_000_000)
    figures = forms.CharField(required=False, max_length=40)
    shown = forms.IntegerField(required=False, min_value=1, max_value=10**18)
    update = forms.BooleanField(required=False)
    waited = forms.BooleanField(required=False)

    @property
    def asking(self) -> Asking:
        """What can be read of it."""
        self.is_valid()
        said = self.cleaned_data
        return Asking(
            fingerprint=said.get("fingerprint", ""),
            figures=said.get("figures", ""),
            shown_net=said.get("shown"),
            is_update=said.get("update", False),
            is_after_wait=said.get("waited", False),
        )


class WalletForm(forms.Form):
    """What the wallet's address says: a search, an order, and whether small balances are hidden. What is strange counts
    as not said."""

    q = forms.CharField(required=False, max_length=60, strip=True)
    sort = forms.ChoiceField(required=False, choices=[("value", "Largest first"), ("name", "A to Z")])
    hide = forms.TypedChoiceField(
        required=False, choices=[("0", "Show"), ("1", "Hide")], coerce=lambda value: value == "1", empty_value=None
    )

    @property
    def search(self) -> Search:
        """What can be read of it."""
        self.is_valid()
        said = self.cleaned_data
        return Search(said.get("q", ""), said.get("sort") == "name", said.get("hide"))

    @property
    def address(self) -> str:
        """The query string of the same search and order."""
        self.is_valid()
        kept = {name: value for name in ("q", "sort") if (value := self.cleaned_data.get(name))}
        return f"?{urlencode(kept)}" if kept else ""


class SmallBalancesForm(forms.Form):
    """Whether the wallet hides small balances from now on."""

    hide = forms.TypedChoiceField(choices=[("0", "Show"), ("1", "Hide")], coerce=lambda value: value == "1")


class ZoneField(forms.CharField):
    """The name of a time zone, or of its place; clean gives the zone's name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=64, error_messages={"required": _("Choose a time zone."), "max_length": NO_ZONE}, **options
        )

    def clean(self, value: Any) -> str:
        found = zones.find(super().clean(value))
        if found is None:
            raise forms.ValidationError(NO_ZONE)
        return found


class ZoneForm(forms.Form):
    time_zone = ZoneField()


class DisplayForm(ZoneForm):
    """How the site looks to a customer."""

    language = forms.ChoiceField(
        required=False,
        choices=[("", _("As your browser asks for")), *settings.LANGUAGES],
        error_messages={"invalid_choice": _("Choose a language from the list.")},
    )
    currency = forms.ChoiceField(
        required=False,
        choices=lambda: [
            ("", _("By your language")),
            *((code, code) for code in currencies.offered()),
            (currencies.NONE, pgettext_lazy("currency", "None")),
        ],
        error_messages={"invalid_choice": _("Choose a currency from the list.")},
    )
    theme = forms.ChoiceField(
        choices=Customer.Theme,
        error_messages={
            "required": _("Choose a theme."),
            "invalid_choice": _("Choose a theme: System, Light or Dark."),
        },
    )
    hide_small_balances = forms.BooleanField(required=False)


class MailForm(forms.Form):
    """Which mails about conversions a customer gets."""

    wants_receipts = forms.BooleanField(required=False)
    wants_notices = forms.BooleanField(required=False)


STATUSES = [
    ("", _("All")),
    *((value, label) for value, label in Conversion.Status.choices if value != "quoted"),
]
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


def day_field(label: Any, words: Any) -> forms.DateField:
    """A whole day in the customer's time zone, written like 2026-11-22; the words say what is wrong with another."""
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=DAYS,
        error_messages={"invalid": words, "min_value": words, "max_value": words},
    )


class HistoryForm(forms.Form):
    """What the address of the history says: which conversions are meant. `assets` are those to choose from."""

    status = forms.ChoiceField(
        required=False,
        label=_("Status"),
        choices=STATUSES,
        error_messages={"invalid_choice": _("Choose a status from the list.")},
    )
    since = day_field(_("From"), _("Write the “From” date like 2026-11-22, with a year from 2000 to 2999."))
    until = day_field(_("To"), _("Write the “To” date like 2026-11-22, with a year from 2000 to 2999."))
    asset = forms.ChoiceField(
        required=False, label=_("Asset"), error_messages={"invalid_choice": _("Choose an asset from the list.")}
    )

    def __init__(self, *args: Any, assets: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asset"].choices = [("", _("All")), *((code, code) for code in assets)]  # type: ignore[attr-defined]

    def add_prefix(self, field_name: str) -> str:
        """The name in the address; `from` cannot name an attribute."""
        return NAMES.get(field_name, field_name)

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end date must not be before the start date."))

    @property
    def controls(self) -> list[forms.BoundField]:
        return [self[field.name] for field in fields(Filters)]

    @property
    def problems(self) -> list[Problem]:
        return [Problem(str(words[0]), self[name].id_for_label) for name, words in self.errors.items()]

    @property
    def filters(self) -> Filters:
        """Those that are set, when all are sound; else none."""
        chosen = {field.name: self.cleaned_data[field.name] for field in fields(Filters)} if self.is_valid() else {}
        return Filters(**chosen)

    @property
    def conditions(self) -> dict[str, Any]:
        """The filters as ConversionQuerySet.matching takes them: days become moments."""
        filters = self.filters
        return {
            "status": filters.status,
            "asset": filters.asset,
            "since": midnight(filters.since) if filters.since else None,
            "until": midnight(filters.until + timedelta(days=1)) if filters.until else None,
        }


class ExportForm(HistoryForm):
    """What the address of a file says: the filters of the history, and the kind of file."""

    format = forms.ChoiceField(
        required=False,
        choices=[("", "CSV"), *((name, kind.label) for name, kind in files.FORMATS.items())],
        error_messages={"invalid_choice": _("Choose a file format from the list.")},
    )


def midnight(day: date) -> datetime:
    """The first moment of the day in the customer's time zone."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())
