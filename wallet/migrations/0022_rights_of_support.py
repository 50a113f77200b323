"""The rights to have a conversion settled and to stop it, for the roles that have them (P20)."""

from django.db import migrations

from wallet.roles import Granting

PERMISSIONS = {
    "settle_conversion": "Can have a confirmed conversion settled now",
    "stop_conversion": "Can stop a confirmed conversion that nobody is settling",
}
RIGHTS = {"support": list(PERMISSIONS), "risk": list(PERMISSIONS)}

grant = Granting("wallet.conversion", PERMISSIONS, RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0021_conversion_ended")]
    operations = [
        migrations.AlterModelOptions(
            name="conversion", options={"ordering": ["-pk"], "permissions": list(PERMISSIONS.items())}
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
