"""Limits of what the house has of its own, written once; a looser one was approved by another (P20)."""

import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models
from django.db.models import PROTECT

import wallet.models.fields

SAID = django.db.models.lookups.GreaterThan(
    django.db.models.functions.text.Length(django.db.models.functions.text.Trim("reason")), 0
)


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0014_listing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TreasuryLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("floor", "floor: no less than"), ("ceiling", "ceiling: no more than")], max_length=7
                    ),
                ),
                ("warn_units", models.BigIntegerField(editable=False, null=True)),
                ("stop_units", models.BigIntegerField(editable=False, null=True)),
                ("reason", models.CharField(help_text="Why, for the record.", max_length=200)),
                ("created_at", wallet.models.fields.WrittenAtField(editable=False)),
                ("asset", models.ForeignKey(on_delete=PROTECT, to="wallet.asset")),
                ("created_by", models.ForeignKey(editable=False, on_delete=PROTECT, to=settings.AUTH_USER_MODEL)),
                (
                    "proposal",
                    models.OneToOneField(editable=False, null=True, on_delete=PROTECT, to="wallet.proposal"),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "default_permissions": ("add", "view"),
                "indexes": [models.Index(fields=["asset", "side", "-id"], name="treasurylimit_newest")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(SAID), name="treasurylimit_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["floor", "ceiling"])), name="treasurylimit_side_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stop_units__isnull", True), ("warn_units__isnull", True)),
                            models.Q(
                                ("side", "floor"),
                                ("stop_units__gte", 0),
                                ("stop_units__isnull", False),
                                ("warn_units__gte", models.F("stop_units")),
                                ("warn_units__isnull", False),
                            ),
                            models.Q(
                                ("side", "ceiling"),
                                ("stop_units__gte", models.F("warn_units")),
                                ("stop_units__isnull", False),
                                ("warn_units__gte", 0),
                                ("warn_units__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="treasurylimit_warns_before_it_stops",
                    ),
                ],
            },
        ),
    ]
