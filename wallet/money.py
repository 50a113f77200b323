"""Amounts, values and rounding. Pure: no database, no settings, no floats.

An amount is a whole number of an asset's smallest unit; an asset of scale 8 has 10^8 units to the coin. A rate is the
price of one whole coin in BTC, an exact Decimal of at most PRICE_DIGITS significant digits.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

MAX_UNITS = 2**63 - 1
MAX_SCALE = 18
BTC_SCALE = 8
BNB_SCALE = 8

PRICE_DIGITS = 12
PRICE_PLACES = 30
PRICE_CEILING = Decimal(10) ** 12

# Marks a price along a path that is divided by: its market trades the pair the other way round.
AGAINST = "against"

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])
_ROUND_PRICE = Context(prec=PRICE_DIGITS, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])
_AMOUNT = re.compile(r"\A[0-9]{1,40}(\.[0-9]{1,40})?\Z")


class AmountError(ValueError):
    """An amount that cannot be kept exactly. The text is fit for the person who typed it."""


def to_units(text: str, scale: int) -> int:
    """The units of an amount written in plain digits, such as "12.5". Raises AmountError; nothing is ever rounded."""
    if not _AMOUNT.match(text):
        raise AmountError(f"“{text[:60]}” is not an amount. Write it in digits, like 12.5.")
    units = EXACT.scaleb(Decimal(text), scale)
    if units != int(units):
        raise AmountError(f"{text} has more than {scale} decimal places.")
    if units > MAX_UNITS:
        raise AmountError(f"{text} is more than can be kept.")
    return int(units)


def to_decimal(units: int, scale: int) -> Decimal:
    """The amount in whole coins, exactly, with all its decimal places."""
    return EXACT.scaleb(Decimal(units), -scale)


def round_price(price: Decimal) -> Decimal | None:
    """The price as it is stored: at most 12 significant digits and 30 decimal places, to the nearest (half to even).

    None when it is not a usable price: not finite, not positive, out of range, or gone after rounding.
    """
    if not price.is_finite() or price <= 0 or price >= PRICE_CEILING:
        return None
    price = _ROUND_PRICE.plus(price)
    if price.as_tuple().exponent < -PRICE_PLACES:  # type: ignore[operator]  # a finite number's exponent is an int
        price = price.quantize(Decimal(1).scaleb(-PRICE_PLACES), context=_ROUND_PRICE)
    return price if 0 < price < PRICE_CEILING else None


def value_btc(units: int, scale: int, rate_btc: Decimal) -> Decimal:
    """What the amount is worth in BTC, exactly."""
    return EXACT.multiply(to_decimal(units, scale), rate_btc)


def value_sats(units: int, scale: int, rate_btc: Decimal) -> int:
    """What the amount is worth in whole 0.00000001 BTC, rounded down."""
    return int(value_btc(units, scale, rate_btc).scaleb(BTC_SCALE, EXACT).to_integral_value(ROUND_DOWN))


def gross_units(units: int, scale: int, rate_btc: Decimal, bnb_rate_btc: Decimal) -> int:
    """The BNB units that the amount buys before the fee, rounded down (P11)."""
    gross = Fraction(units) * Fraction(rate_btc) * 10**BNB_SCALE / (Fraction(bnb_rate_btc) * 10**scale)
    return int(gross.numerator // gross.denominator)


def fee_units(gross: int, fee_percent: Decimal) -> int:
    """The service fee on a gross amount of BNB units, rounded up (P11)."""
    fee = Fraction(gross) * Fraction(fee_percent) / 100
    return -(-fee.numerator // fee.denominator)


def exact_rate(legs: Iterable[Mapping[str, str]]) -> Fraction:
    """The rate that the market's own prices along a path give, without any rounding. No prices: BTC itself, 1."""
    rate = Fraction(1)
    for leg in legs:
        price = Fraction(leg["price"])
        rate = rate / price if leg.get("way") == AGAINST else rate * price
    return rate


def is_rounded_from(rate: Decimal, exact: Fraction) -> bool:
    """Whether a stored rate is this exact one, to within its last digit."""
    last_digit = Decimal(1).scaleb(max(rate.adjusted() - PRICE_DIGITS + 1, -PRICE_PLACES))
    return abs(Fraction(rate) - exact) < Fraction(last_digit)


def change(quoted: Fraction | Decimal, settled: Fraction | Decimal) -> Fraction:
    """By which fraction a rate changed, exactly; negative when it fell."""
    return (Fraction(settled) - Fraction(quoted)) / Fraction(quoted)


def cut_percent(fraction: Fraction) -> Decimal:
    """A fraction in percent, cut (never rounded) to two places, so that 4.996% never reads 5.00%."""
    hundredths = abs(fraction) * 10_000
    cut = Decimal(hundredths.numerator // hundredths.denominator).scaleb(-2)
    return -cut if fraction < 0 else cut


class Figures(NamedTuple):
    """What one balance, or a sum of them, comes to. gross, fee and net in BNB units; value in 0.00000001 BTC."""

    gross: int
    fee: int
    net: int
    value: int


def figures(*, units: int, scale: int, rate_btc: Decimal, bnb_rate_btc: Decimal, fee_percent: Decimal) -> Figures:
    """The figures of one balance. Gross is rounded down and the fee up, once; net is their difference (P11)."""
    gross = gross_units(units, scale, rate_btc, bnb_rate_btc)
    fee = fee_units(gross, fee_percent)
    return Figures(gross, fee, gross - fee, value_sats(units, scale, rate_btc))


def total(many: Iterable[Figures]) -> Figures:
    """The sum of figures. Totals only ever add what the lines say."""
    figures = list(many)
    return Figures(
        gross=sum(one.gross for one in figures),
        fee=sum(one.fee for one in figures),
        net=sum(one.net for one in figures),
        value=sum(one.value for one in figures),
    )
