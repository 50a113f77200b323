"""What prices in BNB did between the estimate and the end of a conversion that brought nothing, and what stopped it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from wallet import formats, money
from wallet.models import Conversion, Line
from wallet.pages import charts, markup
from wallet.pages.conversion.sides import compared_words
from wallet.pages.terms import terms
from wallet.refusals import Code, Refusal


@dataclass(frozen=True, slots=True)
class Change:
    """What the price of an asset in BNB did: the amount that was to be given up, the change in percent, the rates at the
    estimate and at the end, and what followed from it."""

    code: str
    amount: str
    text: str
    rates: str
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
    """What each asset's price in BNB did."""
    is_compared = any(line.bnb_rates is not None for line in lines)
    return Changes(
        title=_("How far prices moved") if is_compared else _("What was to be converted"),
        words=_compared_words(conversion, lines) if is_compared else _("None of these balances was taken."),
        rows=_rows(conversion, lines),
        is_compared=is_compared,
        strip=_strip(conversion, lines),
    )


def change_text(change: Fraction) -> str:
    """A change in percent with its sign."""
    return formats.change(money.cut_percent(change))


def rates_text(rates: money.BnbRates) -> str:
    """Both rates, as all rates are rounded; empty where one is beyond what is called a price."""
    quoted, settled = (money.round_price(rate) for rate in rates)
    if quoted is None or settled is None:
        return ""
    return f"{formats.rate(quoted)} → {formats.rate(settled)} BNB"


def _compared_words(conversion: Conversion, lines: list[Line]) -> str:
    assert conversion.finished_at is not None
    between = markup.filled(
        _("In BNB, between your estimate at %(quoted)s and %(ended)s."),
        quoted=markup.clock_time(conversion.quoted_at),
        ended=markup.clock_time(conversion.finished_at),
    )
    return markup.joined(between, compared_words([conversion, *lines]))


def _rows(conversion: Conversion, lines: list[Line]) -> list[Change]:
    """What it is told by comes first, then what else stopped it; else the largest does."""
    reasons = {refusal.facts.get("asset"): refusal for refusal in reversed(conversion.refusals)}
    tolerance = terms(conversion.policy).tolerance
    rows = [_row(line, tolerance, reasons) for line in lines]
    first = conversion.told.facts.get("asset")
    return sorted(rows, key=lambda row: (row.code != first, not row.is_reason))


def _row(line: Line, tolerance: str, reasons: Mapping[str | None, Refusal]) -> Change:
    code, rates = line.asset.code, line.bnb_rates
    return Change(
        code=code,
        amount=formats.exact_amount(line.units, line.asset.scale),
        text=change_text(rates.change) if rates else _("Not compared"),
        rates=rates_text(rates) if rates else "",
        verdict=_verdict(rates, tolerance, reasons.get(code)),
        is_reason=code in reasons,
    )


def _verdict(rates: money.BnbRates | None, tolerance: str, reason: Refusal | None) -> str:
    if reason is None:
        return _("Within {limit}").format(limit=tolerance) if rates else _("Not converted")
    if reason.code is Code.PRICE_CHANGED:
        return _("{limit} or more").format(limit=formats.percent(reason.facts["tolerance"]))
    return reason.words.cause.rstrip(".")


def _strip(conversion: Conversion, lines: list[Line]) -> charts.Strip | None:
    """The largest change on the tolerance strip, when a change stopped it; of several as large, the first asset's."""
    compared = [(line.asset.code, line.bnb_rates.change) for line in lines if line.bnb_rates]
    if conversion.reason_code != Code.PRICE_CHANGED or not compared:
        return None
    code, change = min(compared, key=lambda one: (-abs(one[1]), one[0]))
    return charts.change_strip(code, change, conversion.policy.tolerance_percent)
