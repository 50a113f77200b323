"""The roles of staff (P20): groups of permissions, which migrations make and nobody changes in the admin."""

from collections.abc import Iterable, Mapping
from typing import Any

VIEWER, SUPPORT, TREASURY, RISK, ADMINISTRATOR = "viewer", "support", "treasury", "risk", "administrator"
ROLES = (VIEWER, SUPPORT, TREASURY, RISK, ADMINISTRATOR)


def may_give_rights(user: Any) -> bool:
    """Whether this user proposes roles for others, and takes them away; never one's own."""
    return bool(user.has_perm("wallet.administer_staff"))


class Granting:
    """Gives roles further permissions of one model, for a migration: those that are missing are made first, as Django would.

    `names` has the permissions' names by their codes, `rights` the codes by role. Called again it does nothing more.
    """

    def __init__(self, model: str, names: Mapping[str, str], rights: Mapping[str, Iterable[str]]) -> None:
        self.model, self.names, self.rights = model, names, rights

    def __call__(self, apps: Any, schema_editor: Any) -> None:
        using = schema_editor.connection.alias
        content_type, permission, group = (
            apps.get_model(*name).objects.using(using)
            for name in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
        )
        app, _, model = self.model.partition(".")
        kind, _ = content_type.get_or_create(app_label=app, model=model)
        for code, name in self.names.items():
            permission.get_or_create(content_type_id=kind.pk, codename=code, defaults={"name": name})
        of_model = permission.filter(content_type_id=kind.pk)
        for role, codes in self.rights.items():
            group.get(name=role).permissions.add(*of_model.filter(codename__in=list(codes)))


def sees_accounts_only(user: Any) -> bool:
    """Whether of proposals this user sees those of rights alone: who administers staff and sees nothing of money."""
    return may_give_rights(user) and not user.has_perm("wallet.view_policy")
