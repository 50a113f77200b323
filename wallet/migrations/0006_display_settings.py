"""How the site looks to a customer: time zone, theme, small balances. Customer has no triggers that a rebuild could lose."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0005_one_writer")]
    operations = [
        migrations.AddField(
            "customer",
            "time_zone",
            models.CharField(
                blank=True, max_length=64, help_text="Empty until one is known; times are UTC then.", default=""
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "customer",
            "theme",
            models.CharField(
                choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")], default="system", max_length=6
            ),
        ),
        migrations.AddField("customer", "hide_small_balances", models.BooleanField(default=False)),
        migrations.AddConstraint(
            "customer",
            models.CheckConstraint(
                condition=models.Q(theme__in=["system", "light", "dark"]), name="customer_theme_is_known"
            ),
        ),
    ]
