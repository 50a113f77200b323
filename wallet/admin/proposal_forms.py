"""What operators write to propose something, or to withdraw a version. What is wrong with it, the verbs say."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from wallet.database import clock
from wallet.models import Policy, Proposal, TreasuryLimit
from wallet.proposals import csv_rows, file, moving, policy


class ProposeForm(forms.Form):
    """Why, and on what evidence; what is proposed has fields of its own."""

    kind = Proposal.Kind.RESUME
    takes_initial = False  # of what its address says

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


class MovingForm(ProposeForm):
    """A movement of one customer's balance. Amounts and names are read by the verb, exactly."""

    takes_initial = True
    WHY = "Why, for whoever decides and for the record."

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["evidence"].required = True
        self.fields["reason"].help_text = self.WHY
        del self.fields["confirms"]  # nothing is warned of
        own = [name for name in self.fields if name not in ("reason", "evidence")]
        self.order_fields([*own, "reason", "evidence"])


class AmountForm(MovingForm):
    """Whose balance of what, and by how much."""

    user = forms.CharField(label="Customer", max_length=150, help_text="The customer’s user name.")
    asset = forms.CharField(max_length=16, help_text="The asset’s code, like DOGE.")
    amount = forms.CharField(max_length=45, help_text="In whole coins, in plain digits like 12.5.")


class DepositForm(AmountForm):
    kind = Proposal.Kind.DEPOSIT

    reference = forms.CharField(
        max_length=80, help_text="Names this movement once and for all: that of the bank, or of the chain."
    )


class WithdrawalForm(DepositForm):
    kind = Proposal.Kind.WITHDRAWAL


class CorrectionForm(AmountForm):
    kind = Proposal.Kind.CORRECTION
    WHY = "Why, for whoever decides and for the record. The customer reads it in their history."

    direction = forms.ChoiceField(
        label="The balance goes", choices=[(moving.UP, "up"), (moving.DOWN, "down")], help_text="Against the treasury."
    )


class ReversalForm(MovingForm):
    kind = Proposal.Kind.REVERSAL
    WHY = CorrectionForm.WHY

    deposit = forms.CharField(
        max_length=80, help_text="The deposit’s reference. It goes back to where it came from, whole and once."
    )


class FileForm(MovingForm):
    """A file; what was uploaded goes along from the preview to the proposal, byte for byte."""

    kind = Proposal.Kind.FILE
    takes_initial = True

    file = forms.FileField(
        required=False,
        help_text="CSV in UTF-8 with commas and a header: reference, user, asset, amount; if wanted, evidence and kind"
        f" ({', '.join(csv_rows.KINDS)}). {csv_rows.TABLE.most:,} rows at the most. Checked whole; approved and posted whole.",
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        if data is not None and files:
            data = data.copy()
            # One byte more than there may be: it is refused for its length.
            data["content"] = file.packed(files["file"].read(csv_rows.TABLE.most_bytes + 1)) if "file" in files else ""
        super().__init__(data, files, **options)

    @property
    def payload(self) -> dict[str, str]:
        return {"content": self.cleaned_data["content"]}


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


class RightsForm(ProposeForm):
    """A role for another's account, which makes it staff."""

    kind = Proposal.Kind.RIGHTS
    takes_initial = True

    user = forms.CharField(label="Account", max_length=150, help_text="The user name. It is made staff, if it is not.")
    role = forms.ChoiceField(help_text="Taking one away needs no proposal: it is done on the account’s page.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = Group.objects.order_by("name").values_list("name", flat=True)
        self.fields["role"] = forms.ChoiceField(
            choices=[(name, name) for name in names], help_text=self.fields["role"].help_text
        )
        del self.fields["confirms"]  # nothing is warned of
        self.order_fields(["user", "role", "reason", "evidence"])


MOVING = (DepositForm, WithdrawalForm, ReversalForm, CorrectionForm, FileForm)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, help_text="Why it must not take effect, for the record.")
