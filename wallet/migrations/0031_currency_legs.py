"""The market's own prices behind the reference currency's rate at a settlement. Those that ended before have none."""

from decimal import Decimal

from django.db import migrations, models

from wallet.database import guards


class Migration(migrations.Migration):
    dependencies = [("wallet", "0030_asset_names")]

    operations = guards.set_aside_during(
        migrations.RemoveConstraint(model_name="conversion", name="conversion_settled_currency_rate_is_usable"),
        migrations.AddField(
            model_name="conversion",
            name="settled_currency_legs",
            field=models.JSONField(blank=True, help_text="None of those that ended before 0031.", null=True),
        ),
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("settled_currency_legs__isnull", True),
                        ("settled_currency_path", ""),
                        ("settled_currency_rate_btc__isnull", True),
                    ),
                    models.Q(
                        models.Q(("currency", ""), _negated=True),
                        models.Q(("settled_currency_path", ""), _negated=True),
                        ("settled_currency_rate_btc__isnull", False),
                        ("status", "completed"),
                        ("settled_currency_rate_btc__gt", Decimal(0)),
                        ("settled_currency_rate_btc__lt", Decimal(1000000000000)),
                    ),
                    _connector="OR",
                ),
                name="conversion_settled_currency_rate_is_usable",
            ),
        ),
    )
