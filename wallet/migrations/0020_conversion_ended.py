from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0016_listing")]
    operations = [
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["finished_at", "status"],
                name="conversion_ended",
            ),
        ),
    ]
