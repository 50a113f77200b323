"""What operators move, one row a transaction: reversals, corrections and bookings are kinds of their own."""

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
        migrations.RemoveConstraint(
            model_name="transaction",
            name="transaction_kind_is_known",
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
                    ("booking", "Booking"),
                ],
                max_length=10,
            ),
        ),
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
