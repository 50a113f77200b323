"""What the roles of 0011_roles may do besides: move money by two, pause and list assets, read the treasury, help customers on.

A right belongs to one model; each role has those of its list (P20).
"""

from django.db import migrations

PROPOSALS = {
    "propose_policy": "Can propose a policy version",
    "decide_policy": "Can approve or refuse a policy version that another proposed",
    "withdraw_policy": "Can withdraw a policy version before it takes effect",
    "propose_resume": "Can propose to open conversions after the house breaker",
    "decide_resume": "Can approve or refuse to open conversions after the house breaker",
    "propose_correction": "Can propose to correct a balance",
    "decide_correction": "Can approve or refuse the correction of a balance",
    "propose_deposit": "Can propose a deposit",
    "decide_deposit": "Can approve or refuse a deposit",
    "propose_withdrawal": "Can propose a withdrawal",
    "decide_withdrawal": "Can approve or refuse a withdrawal",
    "propose_reversal": "Can propose to reverse a deposit",
    "decide_reversal": "Can approve or refuse the reversal of a deposit",
    "propose_file": "Can propose a file of movements",
    "decide_file": "Can approve or refuse a file of movements",
    "propose_rights": "Can propose a role for another account",
    "decide_rights": "Can approve or refuse a role for another account",
    "propose_limit": "Can propose a looser limit of the treasury",
    "decide_limit": "Can approve or refuse a looser limit of the treasury",
    "propose_booking": "Can propose to book what was bought or sold outside",
    "decide_booking": "Can approve or refuse to book what was bought or sold outside",
}
ASSETS = {
    "pause_asset": "Can pause conversions of assets",
    "resume_asset": "Can resume conversions of assets",
    "delist_asset": "Can delist and unlist assets",
    "list_asset": "Can list assets again",
}
HOUSE = {"read_treasury": "Can read what the house holds and owes"}
CONVERSIONS = {
    "settle_conversion": "Can have a confirmed conversion settled now",
    "stop_conversion": "Can stop a confirmed conversion that nobody is settling",
}
# By model, the permissions that are given here with their names, as Django would make them once all migrations have run.
NAMES = {
    "proposal": {"view_proposal": "Can view proposal", **PROPOSALS},
    "decision": {"view_decision": "Can view decision"},
    "asset": {"view_asset": "Can view asset", **ASSETS},
    "houseaccount": HOUSE,
    "conversion": CONVERSIONS,
    "staffmovement": {"view_staffmovement": "Can view movement by operators"},
    "treasurylimit": {
        "view_treasurylimit": "Can view treasury limit",
        "add_treasurylimit": "Can add treasury limit",
    },
}
MONEY = ("correction", "deposit", "withdrawal", "reversal", "file")
BY_TWO = [f"{verb}_{kind}" for kind in ("limit", "booking") for verb in ("propose", "decide")]
DECIDES = [f"decide_{kind}" for kind in MONEY]
# An administrator sees assets to be able to pause them: whoever is there first pauses.
ROLES = {
    "viewer": [*HOUSE, "view_staffmovement", "view_treasurylimit"],
    "support": [*CONVERSIONS, "view_staffmovement"],
    "treasury": [
        *(f"propose_{kind}" for kind in MONEY),
        *DECIDES,
        *BY_TWO,
        *HOUSE,
        *("pause_asset", "resume_asset", "view_staffmovement", "view_treasurylimit", "add_treasurylimit"),
    ],
    "risk": [
        *DECIDES,
        *BY_TWO,
        *HOUSE,
        *ASSETS,
        *CONVERSIONS,
        *("view_staffmovement", "view_treasurylimit", "add_treasurylimit"),
    ],
    "administrator": [
        *("propose_rights", "decide_rights", "view_proposal", "view_decision", "view_asset", "pause_asset"),
        *HOUSE,
    ],
}


def write(apps, schema_editor):
    """Makes the permissions that are missing, and gives each role what it must have beside what it has."""
    using = schema_editor.connection.alias
    content_type, permission, group = (
        apps.get_model(*name).objects.using(using)
        for name in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
    )
    found = {}
    for model, names in NAMES.items():
        kind, _ = content_type.get_or_create(app_label="wallet", model=model)
        made = [permission.model(content_type_id=kind.pk, codename=code, name=name) for code, name in names.items()]
        permission.bulk_create(made, ignore_conflicts=True)
        found |= dict(permission.filter(content_type_id=kind.pk, codename__in=names).values_list("codename", "pk"))
    for role, codes in ROLES.items():
        group.get(name=role).permissions.add(*(found[code] for code in codes))


def options(name, permissions, **others):
    return migrations.AlterModelOptions(name=name, options={**others, "permissions": list(permissions.items())})


class Migration(migrations.Migration):
    dependencies = [("wallet", "0017_conversion_ended")]
    operations = [
        options("proposal", PROPOSALS, ordering=["-pk"], default_permissions=("view",)),
        options("asset", ASSETS, ordering=["code"]),
        options("houseaccount", HOUSE),
        options("conversion", CONVERSIONS, ordering=["-pk"]),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
