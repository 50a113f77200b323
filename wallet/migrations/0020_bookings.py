"""What the house bought or sold outside: a kind of transaction, proposed by one and approved by another (P20)."""

from django.db import migrations, models

from wallet.database.guards import set_aside_during
from wallet.roles import Granting

RIGHTS = {
    "propose_booking": "Can propose to book what was bought or sold outside",
    "decide_booking": "Can approve or refuse to book what was bought or sold outside",
}
grant = Granting("wallet.proposal", RIGHTS, dict.fromkeys(("treasury", "risk"), tuple(RIGHTS)))


class Migration(migrations.Migration):
    dependencies = [("wallet", "0019_guards_of_treasury_limits")]
    operations = [
        *set_aside_during(
            migrations.AlterField(
                model_name="transaction",
                name="kind",
                field=models.CharField(
                    choices=[
                        ("deposit", "Deposit"),
                        ("withdrawal", "Withdrawal"),
                        ("conversion", "Conversion"),
                        ("adjustment", "Adjustment"),
                        ("reversal", "Reversal"),
                        ("correction", "Correction"),
                        ("booking", "Booking"),
                    ],
                    max_length=10,
                ),
            ),
            migrations.RemoveConstraint(model_name="transaction", name="transaction_kind_is_known"),
            migrations.AddConstraint(
                model_name="transaction",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        (
                            "kind__in",
                            ["deposit", "withdrawal", "conversion", "adjustment", "reversal", "correction", "booking"],
                        )
                    ),
                    name="transaction_kind_is_known",
                ),
            ),
        ),
        migrations.AlterModelOptions(
            name="proposal",
            options={
                "default_permissions": ("view",),
                "ordering": ["-pk"],
                "permissions": [
                    ("propose_policy", "Can propose a policy version"),
                    ("decide_policy", "Can approve or refuse a policy version that another proposed"),
                    ("withdraw_policy", "Can withdraw a policy version before it takes effect"),
                    ("propose_resume", "Can propose to open conversions after the house breaker"),
                    ("decide_resume", "Can approve or refuse to open conversions after the house breaker"),
                    ("propose_correction", "Can propose to correct a balance"),
                    ("decide_correction", "Can approve or refuse the correction of a balance"),
                    ("propose_deposit", "Can propose a deposit"),
                    ("decide_deposit", "Can approve or refuse a deposit"),
                    ("propose_withdrawal", "Can propose a withdrawal"),
                    ("decide_withdrawal", "Can approve or refuse a withdrawal"),
                    ("propose_reversal", "Can propose to reverse a deposit"),
                    ("decide_reversal", "Can approve or refuse the reversal of a deposit"),
                    ("propose_file", "Can propose a file of movements"),
                    ("decide_file", "Can approve or refuse a file of movements"),
                    ("propose_rights", "Can propose a role for another account"),
                    ("decide_rights", "Can approve or refuse a role for another account"),
                    ("propose_limit", "Can propose a looser limit of the treasury"),
                    ("decide_limit", "Can approve or refuse a looser limit of the treasury"),
                    ("propose_booking", "Can propose to book what was bought or sold outside"),
                    ("decide_booking", "Can approve or refuse to book what was bought or sold outside"),
                ],
            },
        ),
        migrations.AlterField(
            model_name="proposal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("policy", "Policy version"),
                    ("resume", "Opening after a guard closed"),
                    ("correction", "Correction of a balance"),
                    ("deposit", "Deposit"),
                    ("withdrawal", "Withdrawal"),
                    ("reversal", "Reversal of a deposit"),
                    ("file", "File of movements"),
                    ("rights", "Role of an account"),
                    ("limit", "Looser limit of the treasury"),
                    ("booking", "What was bought or sold outside"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
