from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0016_guards_of_treasury_limits")]
    operations = [
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["status", "finished_at", "id"],
                name="conversion_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(
                condition=models.Q(("reason_code", ""), _negated=True),
                fields=["reason_code", "id"],
                name="conversion_unconverted",
            ),
        ),
    ]
