"""What prices did between the estimate and the end of a conversion that brought nothing, and what stopped it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from wallet import formats, money, validators
from wallet.models import Conversion, Line
from wallet.models.priced import Priced
from wallet.pages import charts, markup
from wallet.pages.terms import terms
from wallet.refusals import Code, Refusal


@dataclass(frozen=True, slots=True)
class Change:
    """What one price did: the amount that was to be given up, the change in percent, and what followed from it."""

    code: str
    amount: str
    text: str
    verdict: str
    is_reason: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """The card. `is_compared`: there are prices of the settlement to compare with the estimate's."""

    title: str
    words: str
    rows: list[Change]
    is_compared: bool
    strip: charts.Strip | None


def changes(conversion: Conversion, lines: list[Line]) -> Changes:
    """What each price did; BNB's stands there where it was the reason."""
    is_compared = any(line.change is not None for line in lines)
    return Changes(
        title=_("How far prices moved") if is_compared else _("What was to be converted"),
        words=_compared_words(conversion) if is_compared else _("None of these balances was taken."),
        rows=list(_rows(conversion, lines)),
        is_compared=is_compared,
        strip=_strip(conversion, lines),
    )


def change_text(change: Fraction | None) -> str:
    """A change in percent with its sign, or that there is none to speak of."""
    return _("Not compared") if change is None else formats.change(money.cut_percent(change))


def _compared_words(conversion: Conversion) -> str:
    assert conversion.finished_at is not None
    return markup.filled(
        _("Between your estimate at %(quoted)s and %(ended)s."),
        quoted=markup.clock_time(conversion.quoted_at),
        ended=markup.clock_time(conversion.finished_at),
    )


def _rows(conversion: Conversion, lines: list[Line]) -> Iterable[Change]:
    reasons = {refusal.facts.get("asset"): refusal for refusal in reversed(conversion.refusals)}
    if validators.BNB in reasons:
        yield _row(validators.BNB, "", conversion, conversion, reasons)
    for line in lines:
        amount = formats.full_amount(line.units, line.asset.scale)
        yield _row(line.asset.code, amount, line, conversion, reasons)


def _row(
    code: str, amount: str, priced: Priced, conversion: Conversion, reasons: Mapping[str | None, Refusal]
) -> Change:
    verdict = _verdict(priced.change, terms(conversion.policy).tolerance, reasons.get(code))
    return Change(code, amount, change_text(priced.change), verdict, is_reason=code in reasons)


def _verdict(change: Fraction | None, tolerance: str, reason: Refusal | None) -> str:
    if reason is None:
        return _("Not converted") if change is None else _("Within {limit}").format(limit=tolerance)
    if reason.code is Code.PRICE_CHANGED:
        return _("{limit} or more").format(limit=formats.percent(reason.facts["tolerance"]))
    return reason.words.cause.rstrip(".")


def _strip(conversion: Conversion, lines: list[Line]) -> charts.Strip | None:
    """The largest change on the tolerance strip, when a change stopped it."""
    if conversion.reason_code != Code.PRICE_CHANGED:
        return None
    priced = [*((line.asset.code, line.change) for line in lines), (validators.BNB, conversion.change)]
    _size, code, change = max((abs(change), code, change) for code, change in priced if change is not None)
    return charts.change_strip(code, change, conversion.policy.tolerance_percent)
