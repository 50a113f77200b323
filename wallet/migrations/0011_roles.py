"""The roles of staff, as groups with their permissions (P20).

Permissions are made by Django once all migrations have run, so those that are needed here are made here, as it would.
"""

from django.db import migrations

# What each model is called in its permissions.
MODELS = {
    "account.emailaddress": "email address",
    "auth.group": "group",
    "auth.user": "user",
    "wallet.account": "account",
    "wallet.asset": "asset",
    "wallet.conversion": "conversion",
    "wallet.customer": "customer",
    "wallet.decision": "decision",
    "wallet.entry": "entry",
    "wallet.houseaccount": "house account",
    "wallet.keptoutnumber": "number kept out",
    "wallet.line": "line",
    "wallet.marketround": "market round",
    "wallet.opening": "opening or closing",
    "wallet.policy": "policy",
    "wallet.policywithdrawal": "policy withdrawal",
    "wallet.price": "price",
    "wallet.proposal": "proposal",
    "wallet.pulse": "pulse",
    "wallet.securityevent": "security event",
    "wallet.staffaction": "staff action",
    "wallet.transaction": "transaction",
    "wallet.venue": "venue",
}
PEOPLE = ("auth.user", "account.emailaddress", "wallet.customer", "wallet.securityevent")
LEDGER = ("wallet.account", "wallet.houseaccount", "wallet.transaction", "wallet.entry")
CONVERSIONS = ("wallet.conversion", "wallet.line")
MARKET = ("wallet.price", "wallet.marketround", "wallet.keptoutnumber", "wallet.venue", "wallet.pulse")
SETTINGS = ("wallet.asset", "wallet.policy", "wallet.opening")
PROPOSALS = ("wallet.proposal", "wallet.decision", "wallet.policywithdrawal")
LOG = ("wallet.staffaction",)
# What is no view, add, change or delete: its model, and its name as the model has it.
OWN_RIGHTS = {
    "administer_staff": ("wallet.staffaction", "Can make others staff and give them roles"),
    "propose_policy": ("wallet.proposal", "Can propose a policy version"),
    "decide_policy": ("wallet.proposal", "Can approve or refuse a policy version that another proposed"),
    "withdraw_policy": ("wallet.proposal", "Can withdraw a policy version before it takes effect"),
    "propose_resume": ("wallet.proposal", "Can propose to open conversions after the house breaker"),
    "decide_resume": ("wallet.proposal", "Can approve or refuse to open conversions after the house breaker"),
}


def view(*models):
    return [f"{model}.view" for model in models]


ROLES = {
    "viewer": view(*MODELS),
    "support": [
        *view(*PEOPLE, *LEDGER, *CONVERSIONS, "wallet.price", "wallet.keptoutnumber", *SETTINGS, *LOG),
        *("auth.user.add", "auth.user.change"),
    ],
    "treasury": [
        *view("auth.user", "wallet.customer", *LEDGER, *CONVERSIONS, *MARKET, *SETTINGS, *PROPOSALS, *LOG),
        *("wallet.opening.add", "propose_resume", "decide_resume"),
    ],
    "risk": [
        *view(*LEDGER, *CONVERSIONS, *MARKET, *SETTINGS, *PROPOSALS, *LOG),
        *("wallet.asset.add", "wallet.asset.change", "wallet.opening.add"),
        *("propose_policy", "decide_policy", "withdraw_policy", "propose_resume", "decide_resume"),
    ],
    "administrator": [
        *view(*PEOPLE, "auth.group", *LOG),
        *("auth.user.add", "auth.user.change", "administer_staff"),
    ],
}


def named(right):
    """A right's model, and its permission as Django has it: code and name."""
    if right in OWN_RIGHTS:
        model, name = OWN_RIGHTS[right]
        return model, right, name
    model, _, verb = right.rpartition(".")
    return model, f"{verb}_{model.rpartition('.')[2]}", f"Can {verb} {MODELS[model]}"


def write(apps, schema_editor):
    """Makes the groups, and gives them what they must have beside what they have."""
    using = schema_editor.connection.alias
    content_type, permission, group = (
        apps.get_model(*name).objects.using(using)
        for name in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
    )
    rights = sorted({named(right) for given in ROLES.values() for right in given})
    types = [content_type.model(app_label=app, model=model) for app, model in (name.split(".") for name in MODELS)]
    content_type.bulk_create(types, ignore_conflicts=True)
    ids = {f"{app}.{model}": pk for pk, app, model in content_type.values_list("pk", "app_label", "model")}
    made = [permission.model(content_type_id=ids[model], codename=code, name=name) for model, code, name in rights]
    permission.bulk_create(made, ignore_conflicts=True)
    codes = {(type_id, code): pk for pk, type_id, code in permission.values_list("pk", "content_type_id", "codename")}
    group.bulk_create([group.model(name=role) for role in ROLES], ignore_conflicts=True)
    groups = dict(group.filter(name__in=ROLES).values_list("name", "pk"))
    through = group.model.permissions.through
    links = [
        through(group_id=groups[role], permission_id=codes[ids[model], code])
        for role, given in ROLES.items()
        for model, code, _ in map(named, given)
    ]
    through.objects.using(using).bulk_create(links, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wallet", "0010_guards_of_proposals"),
    ]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
