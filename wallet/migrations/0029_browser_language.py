"""In which language customers who chose none get their mails."""

from django.db import migrations, models

from wallet.database.guards import set_aside_during


class Migration(migrations.Migration):
    dependencies = [("wallet", "0028_guards_of_outbox")]
    operations = [
        *set_aside_during(
            migrations.AddField(
                model_name="customer",
                name="browser_language",
                field=models.CharField(
                    blank=True,
                    help_text="What the browser asked for with the last estimate; mails to who chose none.",
                    max_length=10,
                ),
            ),
        ),
    ]
