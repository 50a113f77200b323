"""What the rules say of a whole conversion, and whether the service takes any."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from wallet.models import Circumstances, Conversion, Line, Opening
from wallet.models.status import Status
from wallet.refusals import Code, Refusal, Refused, refusal


def judge(rows: Sequence[Conversion | Line], given: Circumstances, *, becoming: Status) -> list[Refusal]:
    """Every refusal of a conversion and of its lines, in no order; none when it may become quoted, confirmed or completed.

    Their values are validated too, but for what the database checks anyway. Raises ValidationError for a value that no
    rule says no to: a fault of ours. One with a refusal beside it is none: a price so high that figures can't be kept.
    """
    refused: list[Refusal] = []
    malformed: ValidationError | None = None
    for row in rows:
        found = list(row.judge(given, becoming=becoming))
        refused += found
        try:
            row.clean_fields(exclude=set(_unchecked(type(row), becoming)))
        except ValidationError as error:
            malformed = malformed if found else error
    if malformed is not None and not refused:
        raise malformed
    return refused


@cache
def _unchecked(model: type[Conversion | Line], becoming: Status) -> frozenset[str]:
    """The fields that need no validation: those that the database checks, and those that a settlement has not set."""
    if becoming != Status.COMPLETED:
        return frozenset(model.UNCHECKED)
    every = {field.name for field in model._meta.fields}  # noqa: SLF001  # Django's public way to its fields
    return frozenset(every - set(model.SETTLED_PRICE) | set(model.UNCHECKED))


def require_open(now: datetime) -> None:
    """Refuses while operators have closed conversions. What is confirmed already goes on."""
    closure = Opening.objects.service(now).closure
    if closure is not None:
        reopens_at = closure.reopens_at.isoformat() if closure.reopens_at else None
        raise Refused(refusal(Code.CLOSED, notice=closure.notice, reopens_at=reopens_at))


def require_no_other(user: User) -> None:
    """Refuses while another conversion of the customer is confirmed and not finished."""
    if Conversion.objects.of(user).confirmed().exists():
        raise Refused(refusal(Code.IN_PROGRESS))
