"""What customers are told by mail, written in the transaction of what it tells. `wallet.delivery` sends it afterwards."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from wallet import mailboxes
from wallet.database import writing
from wallet.models import Conversion, Customer, OutboxMail

Kind = OutboxMail.Kind


def tell(ended: Sequence[tuple[Customer, Conversion]], *, interval: timedelta | None = None) -> None:
    """Writes the mails that these customers want of conversions that have just ended, in one statement for all of them.

    Within the transaction that ends them, and after it has written how: the database refuses a mail about what has not
    happened. Only those whom mail reaches for certain get one. `interval` is the wait that a completed one begins.
    """
    wanted = [(kind, one, at) for customer, one in ended for kind, at in _wanted(customer, one, interval)]
    if not wanted:
        return
    reached = mailboxes.reached({conversion.user_id for _, conversion, _ in wanted})
    rows = [(kind.value, one.pk, at, one.finished_at) for kind, one, at in wanted if one.user_id in reached]
    if not rows:
        return
    kinds, conversions, moments, written = (list(column) for column in zip(*rows, strict=True))
    count = len(rows)
    writing.insert(
        OutboxMail,
        {
            "kind": kinds,
            "conversion": conversions,
            "due_at": moments,
            "state": [OutboxMail.State.WAITING.value] * count,
            "attempts": [0] * count,
            "next_attempt_at": moments,
            "reason": [""] * count,
            "last_error": [""] * count,
            "created_at": written,
        },
    )


def _wanted(
    customer: Customer, conversion: Conversion, interval: timedelta | None
) -> Iterator[tuple[OutboxMail.Kind, datetime]]:
    """The kinds of mail that the customer gets of it, and from when on each is due."""
    assert conversion.finished_at is not None
    if customer.wants_receipts:
        yield Kind.RECEIPT, conversion.finished_at
    if customer.wants_notices and conversion.is_completed:
        assert interval is not None
        yield Kind.AGAIN, conversion.finished_at + interval
