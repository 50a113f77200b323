"""The one place where proposals, decisions and withdrawals are told: every verb calls `note` within its transaction."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from wallet.logs import get_logger

log = get_logger(__name__)


def note(deed: str, by: User, **facts: Any) -> None:
    """Who did what to which proposal or version. The log hears of it once it is committed, and not otherwise."""
    transaction.on_commit(lambda: log.info("four_eyes", deed=deed, staff_id=by.pk, **facts))
