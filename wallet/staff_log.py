"""Writes down what the staff does (P17, P20), in the transaction of what it tells: both are there, or neither is.

Whatever lets staff change something calls `record`, commands `record_command`; the admin's pages do so by themselves
(wallet/admin/base.py). Each action is a line of the log too, once it is committed, without what the fields hold.
"""

import os
import pwd
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import structlog
from django.contrib.auth.models import Permission, User
from django.db import models, transaction

from wallet.logs import get_logger
from wallet.models import StaffAction

Origin = StaffAction.Origin
# The contents of fields of these names are never written down.
SECRETS = frozenset({"password", "secret", "token", "session_key", "recovery_codes", "totp", "private_key"})
HIDDEN = "***"

log = get_logger(__name__)


def record(
    *,
    staff: User,
    action: str,
    on: models.Model | None = None,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    origin: StaffAction.Origin = Origin.PAGE,
) -> StaffAction:
    """Writes down what this member of staff does to an object, within the caller's transaction.

    `before` and `after` are the fields that change, by their names. The request's id and address are those of the request
    that runs. Raises TransactionManagementError outside of a transaction.
    """
    return _write(
        staff_id=staff.pk,
        staff_name=staff.get_username(),
        origin=origin,
        action=action,
        on=on,
        reason=reason,
        before=before,
        after=after,
    )


def record_command(
    *, action: str, on: models.Model | None = None, reason: str = "", after: Mapping[str, Any] | None = None
) -> StaffAction:
    """The same of a command, by the user of the machine who runs it."""
    return _write(
        staff_id=None,
        staff_name=machine_user(),
        origin=Origin.COMMAND,
        action=action,
        on=on,
        reason=reason,
        before=None,
        after=after,
    )


def machine_user() -> str:
    """The user of the machine who runs this process, as the machine knows it; and, as sudo tells, who became that one."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # in a container the number may have no name
        name = str(number)
    caller = "".join(one for one in os.environ.get("SUDO_USER", "") if one.isprintable())
    return f"{name} (sudo by {caller})"[:150] if caller else name[:150]


def _write(
    *, on: models.Model | None, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, **fields: Any
) -> StaffAction:
    connection = transaction.get_connection()
    connection.validate_no_broken_transaction()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "What the staff does is written in the transaction of what it tells."
        )
    told = structlog.contextvars.get_contextvars()
    action = StaffAction.objects.create(
        object_type=on._meta.label_lower if on is not None else "",  # noqa: SLF001  # Django's public way to its name
        object_key=str(on.pk)[:64] if on is not None else "",
        object_name=str(on)[:200] if on is not None else "",
        before=_contents(before),
        after=_contents(after),
        request_id=str(told.get("request_id") or "")[:64],
        address=told.get("address") or None,
        **fields,
    )
    transaction.on_commit(lambda: _tell(action))
    return action


def _tell(action: StaffAction) -> None:
    of_request = {"request_id": action.request_id, "address": action.address} if action.request_id else {}
    who = {"machine_user": action.staff_name} if action.staff_id is None else {"staff_id": action.staff_id}
    log.info(
        "staff_acted",
        **who,
        origin=str(action.origin),
        deed=action.action,
        model=action.object_type,
        row=action.object_key,
        fields=sorted({*(action.before or {}), *(action.after or {})}),
        **of_request,
    )


def _contents(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if fields is None:
        return None
    return {name: HIDDEN if name in SECRETS else plain(value) for name, value in fields.items()}


def plain(value: Any) -> Any:
    """The value as JSON has it: numbers that are no integers, and moments, as text; of other rows their names."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return f"{value:f}"
        case date():  # a datetime is one
            return value.isoformat()
        case Mapping():
            return _contents(value)
        case Iterable():
            return sorted((plain(one) for one in value), key=str)
    return value.codename if isinstance(value, Permission) else str(value)
