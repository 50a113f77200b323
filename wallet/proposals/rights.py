"""A role for an account, which makes it staff: proposed by one administrator, approved by another (P20).

Taking rights away, and deactivating an account, never waits: that is done on the account's own page.
"""

from datetime import datetime

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError

from wallet import staff_log
from wallet.models import Account, Proposal
from wallet.proposals.kinds import Kind, Payload, Row, State, register


@register
class Rights(Kind):
    """Made from the rights that the account has, and whether it is active."""

    kind = Proposal.Kind.RIGHTS

    def state(self, payload: Payload) -> State:
        user = User.objects.get(username=payload["user"])
        names = sorted(user.groups.values_list("name", flat=True))
        return {"staff": user.is_staff, "superuser": user.is_superuser, "active": user.is_active, "roles": names}

    def clean(self, payload: Payload, at: datetime) -> Payload:
        wrong = {}
        user = _user(payload.get("user", "").strip())
        if user is None:
            wrong["user"] = f"There is no user “{payload.get('user', '').strip()[:60]}”."
        elif not user.is_active:
            wrong["user"] = f"{user} is not active."
        elif Account.objects.filter(user=user).exists():
            wrong["user"] = "This account holds balances. Make another one for the operator."
        role = payload.get("role", "")
        if "\0" in role or not Group.objects.filter(name=role).exists():
            wrong["role"] = "Choose one of the roles that there are."
        elif user and user.groups.filter(name=role).exists() and user.is_staff:
            wrong["role"] = f"{user} has this role already."
        if wrong or user is None:
            raise ValidationError(wrong)
        return {"user": user.username, "role": role}

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        before = self.state(payload)
        user = User.objects.select_for_update(no_key=True).get(username=payload["user"])
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.groups.add(Group.objects.get(name=payload["role"]))
        staff_log.record(
            staff=proposal.created_by,
            action="rights_given",
            on=user,
            reason=proposal.reason,
            before=before,
            after=self.state(payload),
        )

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        roles = sorted({*now["roles"], payload["role"]})
        staff = "yes, a superuser" if now["superuser"] else "yes"
        return [
            Row("Account", *[payload["user"]] * 3),
            Row("Staff", _yes(then), _yes(now), staff),
            Row("Roles", *(", ".join(one) or "none" for one in (then["roles"], now["roles"], roles))),
        ]

    def concerns(self, payload: Payload) -> User | None:
        """Nobody's own rights: neither who would get them proposes them, nor decides."""
        return User.objects.get(username=payload["user"])


def _user(name: str) -> User | None:
    return User.objects.filter(username=name).first() if name and "\0" not in name else None


def _yes(state: State) -> str:
    if state["superuser"]:
        return "yes, a superuser"
    return "yes" if state["staff"] else "no"
