"""The first policy version holds the help article's figures (R1, R7, R9), and an amount for the house breaker (M10)."""

from decimal import Decimal

from django.db import migrations

FIRST = {
    "dust_limit_btc": Decimal("0.0012"),
    "interval_seconds": 6 * 3600,
    "tolerance_percent": Decimal(5),
    "fee_percent": Decimal(0),
    "quote_seconds": 30,
    "price_age_seconds": 60,
    "longest_wait_seconds": 120,
    "breaker_bnb": Decimal(1000),
    "reason": "The figures of the help article.",
}


def write(apps, schema_editor):
    apps.get_model("wallet", "Policy").objects.using(schema_editor.connection.alias).create(**FIRST)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0002_guards")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
