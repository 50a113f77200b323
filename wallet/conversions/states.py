"""The changes of a conversion's state. Each is a conditional update: whoever comes second changes nothing and is told."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError

from wallet import money
from wallet.database import writing
from wallet.models import Conversion, Line, Transaction
from wallet.models.conversions import ConversionQuerySet
from wallet.models.priced import Priced
from wallet.models.status import Status
from wallet.models.valued import Valued
from wallet.refusals import Refusal, in_order

ENDED = (
    "status",
    "finished_at",
    "next_attempt_at",
    "transaction",
    "reason_code",
    "reasons",
    *Priced.SETTLED_PRICE,
    *Priced.FIGURES,
    *Valued.SETTLED_CURRENCY,
)


def confirm(conversion: Conversion, *, at: datetime) -> None:
    """Writes a quote down as confirmed, and due at once. Raises IntegrityError when somebody was first."""
    conversion.status, conversion.confirmed_at, conversion.next_attempt_at = Status.CONFIRMED, at, at
    _write([conversion], ("status", "confirmed_at", "next_attempt_at"), before=Status.QUOTED)


def complete(conversion: Conversion, *, posted: Transaction, total: money.Figures, at: datetime) -> None:
    """Sets a confirmed conversion to completed by this ledger transaction; `write_ends` writes it down."""
    conversion.transaction = posted
    conversion.gross_units, conversion.fee_units, conversion.net_units, conversion.value_sats = total
    _end(conversion, status=Status.COMPLETED, at=at)


def end_without(conversion: Conversion, *, status: Status, refusals: Sequence[Refusal], at: datetime) -> None:
    """Sets a confirmed conversion to stopped or failed, for these reasons, the reported one first.

    No balance changes. `write_ends` writes it down, with the prices that a settlement has set, so that the record shows what
    was compared.
    """
    ordered = in_order(list(refusals))
    conversion.reason_code = ordered[0].code.value
    conversion.reasons = [refusal.record for refusal in ordered]
    _end(conversion, status=status, at=at)


def write_ends(conversions: Sequence[Conversion]) -> None:
    """Writes down how confirmed conversions ended, in one statement. Raises IntegrityError when somebody was first."""
    _write(conversions, ENDED, before=Status.CONFIRMED)


def _end(conversion: Conversion, *, status: Status, at: datetime) -> None:
    conversion.status, conversion.finished_at, conversion.next_attempt_at = status, at, None


def _write(conversions: Sequence[Conversion], names: Sequence[str], *, before: Status) -> None:
    if writing.update(conversions, names, where=f"status = '{before}'") != len(conversions):
        raise IntegrityError(f"No longer {before}: one of {', '.join(map(str, conversions))}.")


def delete_quotes(quotes: ConversionQuerySet) -> int:
    """Deletes these quotes, which nobody confirmed, with their lines; inside a transaction. How many there were."""
    keys = list(quotes.select_for_update().values_list("pk", flat=True))
    Conversion.objects.filter(pk__in=keys).delete()
    Line.objects.filter(conversion__in=keys).delete()
    return len(keys)
