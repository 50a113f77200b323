"""What operators write to propose something, or to withdraw a version. What is wrong with it, the verbs say."""

from datetime import timedelta
from typing import Any

from django import forms

from wallet.database import clock
from wallet.models import Policy, Proposal, TreasuryLimit
from wallet.proposals import policy


class ProposeForm(forms.Form):
    """Why, and on what evidence; what is proposed has fields of its own."""

    kind = Proposal.Kind.RESUME

    reason = forms.CharField(max_length=200, help_text="Why, for whoever decides and for the record.")
    evidence = forms.CharField(
        max_length=500, required=False, help_text="What shows that it is right: an address, a ticket, a few words."
    )
    confirms = forms.BooleanField(
        label="I mean every change that is warned of", required=False, help_text="Needed where the preview warns."
    )

    @property
    def payload(self) -> dict[str, str]:
        asked = ("reason", "evidence", "confirms")
        return {name: value for name, value in self.cleaned_data.items() if name not in asked}


class ProposePolicyForm(ProposeForm):
    """Every figure of the next version, beginning with those of the newest one, and when it takes effect."""

    kind = Proposal.Kind.POLICY

    def __init__(self, *args: Any, **options: Any) -> None:
        newest = policy.written(Policy.objects.newest())
        tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%d %H:%M}"
        super().__init__(*args, **{"initial": {**newest, policy.TIME: tomorrow}, **options})
        for name in policy.FIGURES:
            self.fields[name] = _text(name)
        for name in policy.CHOICES:
            field = policy.field(name)
            self.fields[name] = forms.ChoiceField(
                label=policy.words(name), choices=field.choices, help_text=field.help_text
            )
        self.fields[policy.TIME] = forms.CharField(
            label=policy.words(policy.TIME),
            max_length=40,
            help_text="A day and a time like 2026-12-01 10:00. Where customers lose, they are told ahead.",
        )
        self.order_fields([*policy.FIGURES, *policy.CHOICES, policy.TIME])


class ProposeLimitForm(ProposeForm):
    """A limit that gets looser; without figures it is lifted."""

    kind = Proposal.Kind.LIMIT

    asset = forms.CharField(max_length=16, help_text="The asset's code.")
    side = forms.ChoiceField(choices=TreasuryLimit.Side.choices)
    warn = forms.CharField(label="Warn at", max_length=40, required=False, help_text="An amount of the asset, like 50.")
    stop = forms.CharField(label="Stop at", max_length=40, required=False, help_text="Both empty: no limit.")

    field_order = ("asset", "side", "warn", "stop")


class ProposeBookingForm(ProposeForm):
    """What was bought or sold outside; the evidence says where it can be seen."""

    kind = Proposal.Kind.BOOKING

    bought = forms.CharField(max_length=16, required=False, help_text="The code of the asset that the house got.")
    bought_amount = forms.CharField(max_length=40, required=False)
    sold = forms.CharField(max_length=16, required=False, help_text="The code of the asset that it gave.")
    sold_amount = forms.CharField(max_length=40, required=False)
    reference = forms.CharField(max_length=80, help_text="Names this trade, once and for all.")
    evidence = forms.CharField(max_length=500, help_text="Where it can be seen: the order, the transfer.")

    field_order = ("bought", "bought_amount", "sold", "sold_amount", "reference")


def _text(name: str) -> forms.CharField:
    """A number is read by the verb, exactly: not as forms read numbers, which take 1e5 and 1_000 too."""
    field = policy.field(name)
    return forms.CharField(label=policy.words(name), max_length=20, help_text=field.help_text)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, help_text="Why it must not take effect, for the record.")
