"""The roles of staff (P20): groups of permissions, which migrations make and nobody changes in the admin."""

from typing import Any

VIEWER, SUPPORT, TREASURY, RISK, ADMINISTRATOR = "viewer", "support", "treasury", "risk", "administrator"
ROLES = (VIEWER, SUPPORT, TREASURY, RISK, ADMINISTRATOR)


def may_give_rights(user: Any) -> bool:
    """Whether this user proposes roles for others, and takes them away; never one's own."""
    return bool(user.has_perm("wallet.administer_staff"))


def sees_accounts_only(user: Any) -> bool:
    """Whether of proposals this user sees those of rights alone: who administers staff and sees nothing of money."""
    return may_give_rights(user) and not user.has_perm("wallet.view_policy")
