"""Who reads what the house holds and owes (P20)."""

from django.db import migrations

from wallet.roles import Granting

READ = {"read_treasury": "Can read what the house holds and owes"}
grant = Granting(
    "wallet.houseaccount", READ, dict.fromkeys(("viewer", "treasury", "risk", "administrator"), tuple(READ))
)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0016_listing")]
    operations = [
        migrations.AlterModelOptions(name="houseaccount", options={"permissions": list(READ.items())}),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
