"""The language that a customer chose, and the name of a status. Customer has no triggers that a rebuild could lose."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0007_planned_closings")]
    operations = [
        migrations.AddField(
            "customer",
            "language",
            models.CharField(
                blank=True, max_length=10, help_text="Empty: the language that the browser asks for.", default=""
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            "conversion",
            "status",
            models.CharField(
                choices=[
                    ("quoted", "Quoted"),
                    ("confirmed", "In progress"),
                    ("completed", "Completed"),
                    ("stopped", "Stopped"),
                    ("failed", "Failed"),
                ],
                default="quoted",
                max_length=10,
            ),
        ),
    ]
