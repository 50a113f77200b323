"""The documented rules, each once, over plain values. R1–R9 number the help article's rules.

Each returns nothing when the rule is kept and raises Refusal when it is not. Times and prices are arguments: nothing here
reads a clock, a setting or the database. Models run them in clean(); the pages ask them for their reasons.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.core.validators import RegexValidator

from wallet import formats, money
from wallet.refusals import Refusal

BNB = "BNB"
LISTED, UNLISTED, DELISTED = "listed", "unlisted", "delisted"

ASSET_CODE = r"\A[A-Z0-9]{1,16}\Z"

validate_asset_code = RegexValidator(ASSET_CODE, "An asset's code is 1 to 16 of the letters A–Z and digits 0–9.")


def validate_source(code: str) -> None:
    """R1: BNB is what is converted to, never what is converted."""
    if code == BNB:
        raise Refusal("is_bnb", asset=code)


def validate_listed(
    code: str, status: str, delisted_on: date | None = None, withdraw_until: date | None = None
) -> None:
    """R6: unlisted and delisted assets cannot be converted."""
    if status == DELISTED:
        raise Refusal(
            "delisted",
            asset=code,
            delisted_on=delisted_on.isoformat() if delisted_on else "",
            withdraw_until=withdraw_until.isoformat() if withdraw_until else "",
        )
    if status != LISTED:
        raise Refusal("unlisted", asset=code)


def validate_not_paused(code: str, reason: str | None) -> None:
    """R6: an asset that operators have paused cannot be converted; `reason` is None when it is not paused."""
    if reason is not None:
        raise Refusal("paused", asset=code, reason=reason)


def validate_price(code: str, rate_btc: Decimal | None, observed_at: datetime | None, not_before: datetime) -> None:
    """R8: a price counts when it is positive, finite, and observed at or after `not_before`."""
    usable = rate_btc is not None and rate_btc.is_finite() and 0 < rate_btc < money.PRICE_CEILING
    if not usable or observed_at is None or observed_at < not_before:
        raise Refusal("price_unavailable", asset=code)


def validate_path(code: str, quoted_path: str, path: str) -> None:
    """R9: two rates can be compared when they came by the same path through the market."""
    if quoted_path != path:
        raise Refusal("path_changed", asset=code)


def validate_below_limit(code: str, value_btc: Decimal, limit_btc: Decimal) -> None:
    """R1: a small balance is worth strictly less than the limit. Compared exactly, before any rounding."""
    if value_btc >= limit_btc:
        sats = int(value_btc.scaleb(money.BTC_SCALE, money.EXACT))
        raise Refusal("over_limit", asset=code, value=f"{money.to_decimal(sats, 8):f}", limit=formats.plain(limit_btc))


def validate_yield(code: str, net: int) -> None:
    """R1: what the customer receives for a line is at least one unit of BNB, and an amount that can be kept."""
    if net < 1:
        raise Refusal("too_small", asset=code)
    if net > money.MAX_UNITS:
        raise Refusal("price_unavailable", asset=code)


def validate_change(code: str, quoted: Fraction, settled: Fraction, tolerance_percent: Decimal) -> None:
    """R9: a rate that changed by the tolerance or more, up or down, stops the conversion.

    The rates are those of the market's own prices: one that is rounded for storing could hide a change of exactly 5%.
    """
    if abs(settled - quoted) * 100 >= Fraction(tolerance_percent) * quoted:
        cut = money.cut_percent(money.change(quoted, settled))
        raise Refusal("price_changed", asset=code, change=f"{abs(cut):f}", tolerance=formats.plain(tolerance_percent))


def validate_covered(code: str, balance: int, units: int) -> None:
    """R4: the balance still holds the amount that the quote wrote down."""
    if balance < units:
        raise Refusal("balance_changed", asset=code)


def validate_interval(last_converted_at: datetime | None, at: datetime, interval: timedelta) -> None:
    """R7: one completed conversion in each interval; allowed again when the interval has passed in full."""
    if last_converted_at is not None and at - last_converted_at < interval:
        until = last_converted_at + interval
        raise Refusal("wait", until_at=until.isoformat(), interval=int(interval.total_seconds()))


def validate_unexpired(quoted_at: datetime, at: datetime, lifetime: timedelta) -> None:
    """R8: a quote can be confirmed until its lifetime has passed."""
    if at - quoted_at >= lifetime:
        raise Refusal("quote_expired")
