"""Treasury proposes what operators move, treasury and risk decide on it, and whoever sees the ledger sees it (P20)."""

from django.db import migrations

KINDS = {
    "correction": ("Can propose to correct a balance", "Can approve or refuse the correction of a balance"),
    "deposit": ("Can propose a deposit", "Can approve or refuse a deposit"),
    "withdrawal": ("Can propose a withdrawal", "Can approve or refuse a withdrawal"),
    "reversal": ("Can propose to reverse a deposit", "Can approve or refuse the reversal of a deposit"),
    "file": ("Can propose a file of movements", "Can approve or refuse a file of movements"),
}
# Of each model, its rights with their names, as Django would make them once all migrations have run.
RIGHTS = {
    "proposal": {f"propose_{kind}": names[0] for kind, names in KINDS.items()}
    | {f"decide_{kind}": names[1] for kind, names in KINDS.items()},
    "staffmovement": {"view_staffmovement": "Can view movement by operators"},
}
PROPOSES, DECIDES, VIEWS = (
    [f"propose_{kind}" for kind in KINDS],
    [f"decide_{kind}" for kind in KINDS],
    ["view_staffmovement"],
)
ROLES = {
    "viewer": VIEWS,
    "support": VIEWS,
    "treasury": [*PROPOSES, *DECIDES, *VIEWS],
    "risk": [*DECIDES, *VIEWS],
}


def write(apps, schema_editor):
    using = schema_editor.connection.alias
    content_type, permission, group = (
        apps.get_model(*name).objects.using(using)
        for name in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
    )
    codes = {}
    for model, rights in RIGHTS.items():
        of, _ = content_type.get_or_create(app_label="wallet", model=model)
        made = [permission.model(content_type_id=of.pk, codename=code, name=name) for code, name in rights.items()]
        permission.bulk_create(made, ignore_conflicts=True)
        codes |= dict(permission.filter(content_type_id=of.pk, codename__in=rights).values_list("codename", "pk"))
    groups = dict(group.filter(name__in=ROLES).values_list("name", "pk"))
    through = group.model.permissions.through
    links = [
        through(group_id=groups[role], permission_id=codes[code]) for role, given in ROLES.items() for code in given
    ]
    through.objects.using(using).bulk_create(links, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wallet", "0013_guards_of_movements"),
        ("wallet", "0011_roles"),
    ]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
