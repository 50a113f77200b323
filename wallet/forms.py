"""What a browser may send, and the words for what it sent wrong. Nothing here reads an amount, a price, an owner or a time."""

import re
from typing import Any

from django import forms
from django.utils.http import urlencode

from wallet import validators, zones
from wallet.models import Customer
from wallet.refusals import Refusal

NO_ZONE = "There is no time zone of this name. Choose one from the list."


class SelectionField(forms.Field):
    """Asset codes, repeated. Duplicates count once; what isn't a code at all is no asset of anybody's."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(value or []))

    def validate(self, value: Any) -> None:
        if not value:
            raise Refusal("nothing_selected")
        if not all(re.match(validators.ASSET_CODE, code) for code in value):
            raise Refusal("unknown_asset")


class SelectionForm(forms.Form):
    asset = SelectionField()

    @property
    def problem(self) -> str:
        """The first thing that is wrong, in words."""
        return str(self.errors["asset"][0])


class EstimateForm(forms.Form):
    """What the dust page says of itself beside the selection. It is only ever compared and said, never reckoned with."""

    listed = forms.CharField(required=False, max_length=1_000_000)
    shown = forms.IntegerField(required=False, min_value=1, max_value=10**18)
    update = forms.BooleanField(required=False)
    waited = forms.BooleanField(required=False)

    def said(self) -> dict[str, Any]:
        """The fields that can be read, each None or empty when it says nothing."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class WalletForm(forms.Form):
    """What the wallet's address says: a search, an order, and whether small balances are hidden. What is strange counts
    as not said."""

    q = forms.CharField(required=False, max_length=60, strip=True)
    sort = forms.ChoiceField(required=False, choices=[("value", "Largest first"), ("name", "A to Z")])
    hide = forms.TypedChoiceField(
        required=False, choices=[("0", "Show"), ("1", "Hide")], coerce=lambda value: value == "1", empty_value=None
    )

    def said(self) -> dict[str, Any]:
        """The fields that can be read, each None or empty when it says nothing."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}

    @property
    def address(self) -> str:
        """The query string of the same search and order."""
        kept = {name: value for name, value in self.said().items() if name != "hide" and value}
        return f"?{urlencode(kept)}" if kept else ""


class SmallBalancesForm(forms.Form):
    """Whether the wallet hides small balances from now on."""

    hide = forms.TypedChoiceField(choices=[("0", "Show"), ("1", "Hide")], coerce=lambda value: value == "1")


class ZoneField(forms.CharField):
    """The name of a time zone, or of its place; clean gives the zone's name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=64, error_messages={"required": "Choose a time zone.", "max_length": NO_ZONE}, **options
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

    theme = forms.ChoiceField(
        choices=Customer.Theme,
        error_messages={"required": "Choose a theme.", "invalid_choice": "Choose a theme: System, Light or Dark."},
    )
    hide_small_balances = forms.BooleanField(required=False)
