"""The documented rules, each once, over plain values. R1–R9 number the help article's rules.

Each returns its refusal, or None when the rule is kept. Times and prices are arguments: nothing here reads a clock, a
setting or the database. Models run them in clean() and raise what they found; the pages ask them for their reasons.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from wallet import formats, money
from wallet.refusals import Code, Refusal, refusal

BNB = "BNB"
LISTED, UNLISTED, DELISTED = "listed", "unlisted", "delisted"

ASSET_CODE = r"\A[A-Z0-9]{1,16}\Z"

validate_asset_code = RegexValidator(ASSET_CODE, "An asset's code is 1 to 16 of the letters A–Z and digits 0–9.")


def validate_asset_name(name: str) -> None:
    """One line that reads as it is written: no marks of direction, nothing unseen, and a letter or digit in it."""
    if not name.isprintable() or not any(map(str.isalnum, name)):
        raise ValidationError(
            "An asset's name is one line with a letter or digit, without characters that nobody sees."
        )


def validate_source(code: str) -> Refusal | None:
    """R1: BNB is what is converted to, never what is converted."""
    if code == BNB:
        return refusal(Code.IS_BNB, asset=code)
    return None


def validate_listed(
    code: str,
    status: str,
    delisted_on: date | None = None,
    withdraw_until: date | None = None,
    *,
    today: date | None = None,
) -> Refusal | None:
    """R6: unlisted and delisted assets cannot be converted; one that is to be delisted no more from that day on (UTC)."""
    is_due = delisted_on is not None and today is not None and delisted_on <= today
    if status == DELISTED or is_due:
        return refusal(
            Code.DELISTED,
            asset=code,
            delisted_on=delisted_on.isoformat() if delisted_on else "",
            withdraw_until=withdraw_until.isoformat() if withdraw_until else "",
        )
    if status != LISTED:
        return refusal(Code.UNLISTED, asset=code)
    return None


def validate_not_paused(code: str, reason: str | None) -> Refusal | None:
    """R6: an asset that operators have paused cannot be converted; `reason` is None when it is not paused."""
    if reason is not None:
        return refusal(Code.PAUSED, asset=code, reason=reason)
    return None


def validate_price(
    code: str,
    rate_btc: Decimal | None,
    observed_at: datetime | None,
    not_before: datetime,
    *,
    told: Mapping[str, str] | None = None,
) -> Refusal | None:
    """R8: a price counts when it is positive, finite, and observed at or after `not_before`.

    `told` are the facts of why there is none, where they are known: they stand in the refusal.
    """
    usable = rate_btc is not None and rate_btc.is_finite() and 0 < rate_btc < money.PRICE_CEILING
    if not usable or observed_at is None or observed_at < not_before:
        return refusal(Code.PRICE_UNAVAILABLE, asset=code, **(told or {}))
    return None


def validate_path(code: str, quoted_path: str, path: str) -> Refusal | None:
    """R9: two prices can be compared when they came by the same path through the market."""
    if quoted_path != path:
        return refusal(Code.PATH_CHANGED, asset=code)
    return None


def validate_below_limit(code: str, value_btc: Decimal, limit_btc: Decimal) -> Refusal | None:
    """R1: a small balance is worth strictly less than the limit. Compared exactly, before any rounding."""
    if value_btc >= limit_btc:
        sats = int(value_btc.scaleb(money.BTC_SCALE, money.EXACT))
        return refusal(
            Code.OVER_LIMIT, asset=code, value=f"{money.to_decimal(sats, 8):f}", limit=formats.plain(limit_btc)
        )
    return None


def validate_yield(code: str, net: int) -> Refusal | None:
    """R1: what the customer receives for a line is at least one unit of BNB, and an amount that can be kept."""
    if net < 1:
        return refusal(Code.TOO_SMALL, asset=code)
    if net > money.MAX_UNITS:
        return refusal(Code.PRICE_UNAVAILABLE, asset=code)
    return None


def validate_change(code: str, quoted: Fraction, settled: Fraction, tolerance_percent: Decimal) -> Refusal | None:
    """R9: an asset whose price in BNB changed by the tolerance or more, up or down, stops the conversion.

    The rates are those of the market's own prices: one that is rounded for storing could hide a change of exactly 5%.
    They are compared as whole numbers, over one denominator.
    """
    before, after = quoted.numerator * settled.denominator, settled.numerator * quoted.denominator
    percent, whole = tolerance_percent.as_integer_ratio()
    if abs(after - before) * 100 * whole >= before * percent:
        cut = money.cut_percent(money.change(quoted, settled))
        return refusal(
            Code.PRICE_CHANGED, asset=code, change=f"{abs(cut):f}", tolerance=formats.plain(tolerance_percent)
        )
    return None


def validate_covered(code: str, balance: int, units: int) -> Refusal | None:
    """R4: the balance still holds the amount that the quote wrote down."""
    if balance < units:
        return refusal(Code.BALANCE_CHANGED, asset=code)
    return None


def validate_interval(last_converted_at: datetime | None, at: datetime, interval: timedelta) -> Refusal | None:
    """R7: one completed conversion in each interval; allowed again when the interval has passed in full."""
    if last_converted_at is not None and at - last_converted_at < interval:
        until = last_converted_at + interval
        return refusal(Code.WAIT, until_at=until.isoformat(), interval=int(interval.total_seconds()))
    return None


def validate_unexpired(quoted_at: datetime, at: datetime, lifetime: timedelta) -> Refusal | None:
    """R8: a quote can be confirmed until its lifetime has passed."""
    if at - quoted_at >= lifetime:
        return refusal(Code.QUOTE_EXPIRED)
    return None


def validate_in_time(confirmed_at: datetime, at: datetime, longest_wait: timedelta) -> Refusal | None:
    """R8: what was confirmed is converted until the longest wait has passed; after that nothing is."""
    if at - confirmed_at >= longest_wait:
        return refusal(Code.TOO_LATE, longest_wait=longest_wait // timedelta(seconds=1))
    return None


def validate_house_limit(paid_units: int, net_units: int, most_units: int) -> Refusal | None:
    """M10: with what was paid within the breaker's window, a conversion is paid up to the most, and not beyond it."""
    if paid_units + net_units > most_units:
        return refusal(Code.HOUSE_LIMIT)
    return None
