"""A role is given by two administrators: a kind of proposal, with its rights for the role (P20)."""

from django.db import migrations, models

RIGHTS = {
    "propose_rights": "Can propose a role for another account",
    "decide_rights": "Can approve or refuse a role for another account",
    "view_proposal": "Can view proposal",
}
SEEN = {"view_decision": "Can view decision"}


def write(apps, schema_editor):
    """Gives the administrators what they must have beside what they have."""
    using = schema_editor.connection.alias
    content_type, permission, group = (
        apps.get_model(*name).objects.using(using)
        for name in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
    )
    found = []
    for model, rights in (("proposal", RIGHTS), ("decision", SEEN)):
        of, _ = content_type.get_or_create(app_label="wallet", model=model)
        made = [permission.model(content_type_id=of.pk, codename=code, name=name) for code, name in rights.items()]
        permission.bulk_create(made, ignore_conflicts=True)
        found += permission.filter(content_type_id=of.pk, codename__in=rights).values_list("pk", flat=True)
    through = group.model.permissions.through
    administrators = group.get(name="administrator").pk
    links = [through(group_id=administrators, permission_id=pk) for pk in found]
    through.objects.using(using).bulk_create(links, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0014_money_roles"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="proposal",
            options={
                "default_permissions": ("view",),
                "ordering": ["-pk"],
                "permissions": [
                    ("propose_policy", "Can propose a policy version"),
                    ("decide_policy", "Can approve or refuse a policy version that another proposed"),
                    ("withdraw_policy", "Can withdraw a policy version before it takes effect"),
                    ("propose_resume", "Can propose to open conversions after the house breaker"),
                    ("decide_resume", "Can approve or refuse to open conversions after the house breaker"),
                    ("propose_correction", "Can propose to correct a balance"),
                    ("decide_correction", "Can approve or refuse the correction of a balance"),
                    ("propose_deposit", "Can propose a deposit"),
                    ("decide_deposit", "Can approve or refuse a deposit"),
                    ("propose_withdrawal", "Can propose a withdrawal"),
                    ("decide_withdrawal", "Can approve or refuse a withdrawal"),
                    ("propose_reversal", "Can propose to reverse a deposit"),
                    ("decide_reversal", "Can approve or refuse the reversal of a deposit"),
                    ("propose_file", "Can propose a file of movements"),
                    ("decide_file", "Can approve or refuse a file of movements"),
                    ("propose_rights", "Can propose a role for another account"),
                    ("decide_rights", "Can approve or refuse a role for another account"),
                ],
            },
        ),
        migrations.AlterField(
            model_name="proposal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("policy", "Policy version"),
                    ("resume", "Opening after the house breaker"),
                    ("correction", "Correction of a balance"),
                    ("deposit", "Deposit"),
                    ("withdrawal", "Withdrawal"),
                    ("reversal", "Reversal of a deposit"),
                    ("file", "File of movements"),
                    ("rights", "Role of an account"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
