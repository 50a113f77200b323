"""What a customer thinks of money in, and what one of it cost at a conversion's quote and at its settlement.

Both belong to the conversion: the one is written with its quote, the other in the transaction that completes it.
"""

from decimal import Decimal

import django.core.validators
from django.conf import settings
from django.db import migrations, models

from wallet.database import guards


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0023_guards_of_month_ends"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *guards.set_aside_during(
            migrations.AddField(
                model_name="conversion",
                name="currency",
                field=models.CharField(
                    blank=True,
                    help_text="Empty: none was chosen.",
                    max_length=16,
                    validators=[
                        django.core.validators.RegexValidator(
                            "\\A[A-Z0-9]{1,16}\\Z", "An asset's code is 1 to 16 of the letters A–Z and digits 0–9."
                        )
                    ],
                ),
            ),
            migrations.AddField(
                model_name="conversion",
                name="quoted_currency_rate_btc",
                field=models.DecimalField(blank=True, decimal_places=30, editable=False, max_digits=42, null=True),
            ),
            migrations.AddField(
                model_name="conversion",
                name="settled_currency_path",
                field=models.CharField(
                    blank=True,
                    help_text="The way that its price came by: it may go by another asset's, as USDT→BTC.",
                    max_length=60,
                ),
            ),
            migrations.AddField(
                model_name="conversion",
                name="settled_currency_rate_btc",
                field=models.DecimalField(blank=True, decimal_places=30, editable=False, max_digits=42, null=True),
            ),
            migrations.AddField(
                model_name="customer",
                name="currency",
                field=models.CharField(
                    blank=True,
                    help_text="What values are shown in beside BTC and BNB: a code, or none. Empty: by the language.",
                    max_length=16,
                    validators=[django.core.validators.RegexValidator("\\A[A-Z0-9]{1,16}\\Z|\\Anone\\Z")],
                ),
            ),
            migrations.AddConstraint(
                model_name="conversion",
                constraint=models.CheckConstraint(
                    condition=models.Q(("currency", ""), ("currency__regex", "\\A[A-Z0-9]{1,16}\\Z"), _connector="OR"),
                    name="conversion_currency_is_plain",
                ),
            ),
            migrations.AddConstraint(
                model_name="conversion",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("quoted_currency_rate_btc__isnull", True),
                        models.Q(
                            models.Q(("currency", ""), _negated=True),
                            ("quoted_currency_rate_btc__gt", Decimal(0)),
                            ("quoted_currency_rate_btc__lt", Decimal(1000000000000)),
                        ),
                        _connector="OR",
                    ),
                    name="conversion_quoted_currency_rate_is_usable",
                ),
            ),
            migrations.AddConstraint(
                model_name="conversion",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("settled_currency_path", ""), ("settled_currency_rate_btc__isnull", True)),
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
            migrations.AddConstraint(
                model_name="customer",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("currency", ""), ("currency__regex", "\\A[A-Z0-9]{1,16}\\Z|\\Anone\\Z"), _connector="OR"
                    ),
                    name="customer_currency_is_plain",
                ),
            ),
        ),
    ]
