"""The rights to have a conversion settled and to stop it, for the roles that have them (P20)."""

from django.db import migrations

RIGHTS = {
    "settle_conversion": "Can have a confirmed conversion settled now",
    "stop_conversion": "Can stop a confirmed conversion that nobody is settling",
}
ROLES = ("support", "risk")


def write(apps, schema_editor):
    """Makes the permissions, as Django would once all migrations have run, and gives them beside what the roles have."""
    using = schema_editor.connection.alias
    content_type, permission, group = (
        apps.get_model(*name).objects.using(using)
        for name in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
    )
    of_conversions, _ = content_type.get_or_create(app_label="wallet", model="conversion")
    made = [
        permission.get_or_create(content_type_id=of_conversions.pk, codename=code, defaults={"name": name})[0]
        for code, name in RIGHTS.items()
    ]
    for role in group.filter(name__in=ROLES):
        role.permissions.add(*made)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0020_conversion_ended")]
    operations = [
        migrations.AlterModelOptions(
            name="conversion", options={"ordering": ["-pk"], "permissions": list(RIGHTS.items())}
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
