"""Names of assets are read as they are written. Changes nothing in the database."""

from django.db import migrations, models

import wallet.validators


class Migration(migrations.Migration):
    dependencies = [("wallet", "0029_browser_language")]
    operations = [
        migrations.AlterField(
            model_name="asset",
            name="name",
            field=models.CharField(max_length=60, validators=[wallet.validators.validate_asset_name]),
        ),
    ]
