"""Changes of a conversion's state: one conditional update each, which must touch exactly one row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from wallet.models import Conversion
from wallet.models.priced import Priced
from wallet.models.status import Status
from wallet.refusals import Refusal, in_order


def advance(conversion: Conversion, *, before: Status, **values: Any) -> None:
    """Writes the values if the conversion is still in the state before. Raises IntegrityError when somebody was first."""
    if Conversion.objects.filter(pk=conversion.pk, status=before).update(**values) != 1:
        raise IntegrityError(f"{conversion} is no longer {before}.")
    for name, value in values.items():
        setattr(conversion, name, value)


def end_without(conversion: Conversion, *, status: Status, refusals: Sequence[Refusal], at: datetime) -> None:
    """Stops or fails a confirmed conversion: no balance changes, and every reason is written down, the reported one first.

    Prices that a settlement has set are written with it, so that the record shows what was compared.
    """
    ordered = in_order(list(refusals))
    advance(
        conversion,
        before=Status.CONFIRMED,
        status=status,
        finished_at=at,
        next_attempt_at=None,
        reason_code=ordered[0].code.value,
        reasons=[refusal.record for refusal in ordered],
        **settled_price(conversion),
    )


def settled_price(conversion: Conversion) -> dict[str, Any]:
    return {name: getattr(conversion, name) for name in Priced.SETTLED_PRICE}
