"""What operators move, one row a transaction: reversals and corrections are kinds of their own."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from wallet.database.guards import set_aside_during


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0011_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = set_aside_during(
        migrations.CreateModel(
            name="StaffMovement",
            fields=[
                (
                    "transaction",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="movement",
                        serialize=False,
                        to="wallet.transaction",
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(editable=False, help_text="The row of the proposal's file, or 1."),
                ),
                ("reason", models.CharField(editable=False, max_length=200)),
                ("evidence", models.CharField(editable=False, max_length=500)),
            ],
            options={
                "verbose_name": "movement by operators",
                "verbose_name_plural": "movements by operators",
                "ordering": ["-pk"],
                "default_permissions": ("view",),
            },
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
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="transaction",
            name="transaction_kind_is_known",
        ),
        migrations.AlterField(
            model_name="proposal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("policy", "Policy version"),
                    ("resume", "Opening after the house breaker"),
                    ("correction", "Correction of a balance"),
                    ("deposit", "Deposit"),
                    ("withdrawal", "Withdrawal"),
                    ("reversal", "Reversal of a deposit"),
                    ("file", "File of movements"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
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
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["deposit", "withdrawal", "conversion", "adjustment", "reversal", "correction"])
                ),
                name="transaction_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="staffmovement",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="staff_movements",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="staffmovement",
            name="proposal",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="wallet.proposal",
            ),
        ),
        migrations.AddField(
            model_name="staffmovement",
            name="reverses",
            field=models.OneToOneField(
                editable=False,
                help_text="The deposit that it takes back.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversal",
                to="wallet.transaction",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmovement",
            constraint=models.UniqueConstraint(fields=("proposal", "number"), name="staffmovement_once_per_row"),
        ),
        migrations.AddConstraint(
            model_name="staffmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="staffmovement_has_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(
                        django.db.models.functions.text.Length(django.db.models.functions.text.Trim("reason")), 0
                    )
                ),
                name="staffmovement_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(
                        django.db.models.functions.text.Length(django.db.models.functions.text.Trim("evidence")), 0
                    )
                ),
                name="staffmovement_has_evidence",
            ),
        ),
    )
