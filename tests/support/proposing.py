"""What operators propose, for tests of whatever follows from it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.support import factories
from wallet import proposals
from wallet.models import Opening, Policy, Proposal
from wallet.proposals import policy

# What the typo was: 1.2 BTC for 0.0012, no wait, 500% for 5%, half of it as a fee.
TYPO = {"dust_limit_btc": "1.2", "interval_seconds": "0", "tolerance_percent": "500", "fee_percent": "50"}


def staff(name: str, *codenames: str) -> User:
    """A member of staff with these rights and no others."""
    user = factories.user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def proposer(name: str = "paula") -> User:
    return staff(name, "propose_policy", "propose_resume", "view_proposal", "view_policy")


def approver(name: str = "ada") -> User:
    return staff(name, "decide_policy", "decide_resume", "view_proposal", "view_policy")


def browser(user: User) -> Client:
    """Signed in as this operator."""
    client = Client()
    client.force_login(user)
    return client


def figures(at: datetime, **changes: str) -> dict[str, str]:
    """The newest version's figures but for the changes, from that moment on."""
    return {**policy.written(Policy.objects.newest()), policy.TIME: at.isoformat(), **changes}


def proposed(by: User, now: datetime, *, after: timedelta = timedelta(hours=2), **changes: str) -> Proposal:
    """A policy version that somebody proposed: of a fee of 1% where nothing else is said."""
    payload = figures(now + after, **(changes or {"fee_percent": "1"}))
    return proposals.propose(by=by, kind="policy", payload=payload, reason="More dust.", confirms=True)


def breaker_closes(reason: str = "Too much was paid.") -> Opening:
    return Opening.objects.create(is_open=False, notice="We look.", cause="breaker", reason=reason)


def resuming(by: User, **fields: Any) -> Proposal:
    """Opening again after the house breaker, proposed."""
    return proposals.propose(by=by, kind="resume", payload={}, reason="Prices are right.", **fields)


MOVEMENTS = {
    "deposit": {"user": "mira", "asset": "DOGE", "amount": "12.5", "reference": "bank-1"},
    "withdrawal": {"user": "mira", "asset": "DOGE", "amount": "40", "reference": "chain-1"},
    "correction": {"user": "mira", "asset": "DOGE", "amount": "3", "direction": "down"},
    "reversal": {"deposit": "mira-DOGE-100"},
}


def movement(by: User, kind: str, **changes: str) -> Proposal:
    """A movement of the customer's DOGE, proposed."""
    payload = MOVEMENTS[kind] | changes
    return proposals.propose(by=by, kind=kind, payload=payload, reason="A slip.", evidence="T-1")
