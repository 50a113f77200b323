"""The roles of staff (P20): groups of permissions, which the migration 0011_roles makes and nobody changes in the admin."""

from typing import Any

VIEWER, SUPPORT, TREASURY, RISK, ADMINISTRATOR = "viewer", "support", "treasury", "risk", "administrator"
ROLES = (VIEWER, SUPPORT, TREASURY, RISK, ADMINISTRATOR)


def may_give_rights(user: Any) -> bool:
    """Whether this user makes others staff and gives them roles; never oneself."""
    return bool(user.has_perm("wallet.administer_staff"))
