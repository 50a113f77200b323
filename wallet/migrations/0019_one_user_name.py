"""Nobody has somebody's user name in other letters, small or capital, also where both are made at one instant (P21).

Forms and commands say so before (`wallet.user_names`). A name beyond ASCII is small, so SQLite's `lower` is enough.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0018_further_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX wallet_one_user_name ON auth_user (lower(username))",
            "DROP INDEX wallet_one_user_name",
        )
    ]
