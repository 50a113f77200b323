"""Conversions that ended without converting: with a reason, and without a trace of a conversion."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from wallet.audit import rows
from wallet.audit.reading import Rows, as_text
from wallet.audit.violation import Violation, without_fault
from wallet.database.rows import lookup
from wallet.models import Conversion, Line
from wallet.models.status import Status
from wallet.refusals import Code

ENDED = (Status.STOPPED, Status.FAILED)
FIGURES = ("gross_units", "fee_units", "net_units", "value_sats")
HAS_FIGURES = Q(*((f"{name}__isnull", False) for name in FIGURES), _connector=Q.OR)


@dataclass(frozen=True, slots=True)
class EndedConversion:
    """A conversion that was stopped or failed."""

    pk: int = lookup("pk")
    reference: str = lookup("reference")
    finished_at: datetime = lookup("finished_at")
    reason_code: str = lookup("reason_code")
    reasons: str = as_text("reasons")


def ended_ones_have_their_reasons() -> Iterator[Violation]:
    """P6: what was stopped or failed says why, with reasons that there are; the first is the one reported."""
    found = Conversion.objects.filter(status__in=ENDED).order_by("pk")
    conversions = Rows(EndedConversion, found, promise="P6", name="conversion")
    for conversion in conversions:
        name = f"conversion {conversion.reference}"
        problems = (Violation("P6", name, words) for words in _reason_problems(conversion))
        yield from without_fault(problems, promise="P6", row=name)
        yield from conversions.broken()
    yield from conversions.broken()


def _reason_problems(conversion: EndedConversion) -> Iterator[str]:
    try:
        reasons = json.loads(conversion.reasons)
        codes = [Code(reason["code"]) for reason in reasons if isinstance(reason["facts"], dict)]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        yield "its reasons are none that there are"
        return
    if len(codes) != len(reasons):
        yield "its reasons are none that there are"
    elif not codes or codes[0] != conversion.reason_code:
        yield f"says {conversion.reason_code!r:.60}, which is not the first of its reasons"


def ended_ones_converted_nothing() -> Iterator[Violation]:
    """P7: neither they nor their lines have figures of a conversion. Their postings are asked of every conversion."""
    ended = Conversion.objects.filter(status__in=ENDED)
    settled = Line.objects.filter(HAS_FIGURES, conversion=OuterRef("pk"))
    for found, problem in (
        (ended.filter(HAS_FIGURES), "converted nothing, and has totals"),
        (ended.filter(Exists(settled)), "converted nothing, and a line of it was settled"),
    ):
        yield from rows.named(found, promise="P7", name="conversion", problem=problem)


def each_has_a_state_that_there_is() -> Iterator[Violation]:
    """P6: no conversion is in a state that nobody looks for."""
    found = Conversion.objects.exclude(status__in=Status.values)
    return rows.named(found, promise="P6", name="conversion", problem="is in no state that there is")
