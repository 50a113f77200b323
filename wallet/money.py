"""Amounts, values and rounding. Pure: no database, no settings, no floats.

An amount is a whole number of an asset's smallest unit; an asset of scale 8 has 10^8 units to the coin. A rate is the
price of one whole coin in BTC, an exact Decimal of at most PRICE_DIGITS significant digits.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

MAX_UNITS = 2**63 - 1
MAX_SCALE = 18
BTC_SCALE = 8
BNB_SCALE = 8

PRICE_DIGITS = 12
RATIO_DIGITS = 10
PRICE_PLACES = 30
PRICE_CEILING = Decimal(10) ** 12

# Marks a price along a path that is divided by: its market trades the pair the other way round.
AGAINST = "against"

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])
_CUT = Context(prec=1, rounding=ROUND_DOWN)
_AMOUNT = re.compile(r"\A[0-9]{1,40}(\.[0-9]{1,40})?\Z")

# How a market writes a price.
PRICE_TEXT = re.compile(r"\A[0-9]{1,30}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?\Z")

# The market's own prices along a path: the symbol and the price as it wrote them, and the way where it is AGAINST.
Legs = list[dict[str, str]]

# How many paths' exact rates are remembered: those of several rounds of a market.
_REMEMBERED = 4_096


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


def round_price(price: Fraction | Decimal, digits: int = PRICE_DIGITS) -> Decimal | None:
    """The price as it is stored: at most 12 significant digits and 30 decimal places, rounded once, half to even.

    The ratio of two stored prices is known to RATIO_DIGITS of them.

    None when it is not a usable price: not finite, not positive, out of range, or gone after rounding.
    """
    if isinstance(price, Decimal) and not price.is_finite():
        return None
    exact = Fraction(price)
    if not 0 < exact < PRICE_CEILING:
        return None
    # Cut to one digit, a number keeps its magnitude; rounded, 9.9 would pass for 10.
    magnitude = _CUT.divide(Decimal(exact.numerator), Decimal(exact.denominator)).adjusted()
    last_place = max(magnitude - digits + 1, -PRICE_PLACES)
    # Python rounds a fraction to the nearest whole number, half to even.
    rounded = EXACT.scaleb(Decimal(round(exact / Fraction(10) ** last_place)), last_place).normalize(EXACT)
    return rounded if 0 < rounded < PRICE_CEILING else None


def value_btc(units: int, scale: int, rate_btc: Decimal) -> Decimal:
    """What the amount is worth in BTC, exactly."""
    return EXACT.multiply(to_decimal(units, scale), rate_btc)


def value_sats(units: int, scale: int, rate_btc: Decimal) -> int:
    """What the amount is worth in whole 0.00000001 BTC, rounded down."""
    price, parts = rate_btc.as_integer_ratio()
    return int(units * price * 10**BTC_SCALE // (parts * 10**scale))


def gross_units(units: int, scale: int, rate_btc: Decimal, bnb_rate_btc: Decimal) -> int:
    """The BNB units that the amount buys before the fee, rounded down (P11)."""
    # Whole numbers, ten times as quick as fractions: a round of settlements asks this of hundreds of lines.
    price, price_parts = rate_btc.as_integer_ratio()
    bnb_price, bnb_price_parts = bnb_rate_btc.as_integer_ratio()
    return int(units * price * bnb_price_parts * 10**BNB_SCALE // (price_parts * bnb_price * 10**scale))


def hundredths(units: int, scale: int, rate_btc: Decimal, currency_rate_btc: Decimal) -> Fraction:
    """What the amount is worth in hundredths of a currency whose one costs so much BTC, exactly."""
    price, price_parts = rate_btc.as_integer_ratio()
    currency, currency_parts = currency_rate_btc.as_integer_ratio()
    return Fraction(units * price * currency_parts * 100, 10**scale * price_parts * currency)


def fee_units(gross: int, fee_percent: Decimal) -> int:
    """The service fee on a gross amount of BNB units, rounded up (P11)."""
    percent, parts = fee_percent.as_integer_ratio()
    return -(-gross * percent // (parts * 100))


class LegsError(ValueError):
    """What should be the market's own prices along a path is something else."""


def exact_rate(legs: Iterable[Mapping[str, str]]) -> Fraction:
    """The rate that the market's own prices along a path give, without any rounding. No prices: BTC itself, 1.

    Raises LegsError for what is no list of legs, or has a price that is no positive number. A price is asked for again
    with each quote and settlement that used it, so the rate is worked out once.
    """
    try:
        return _exact_rate(tuple((leg["price"], leg.get("way") == AGAINST) for leg in legs))
    except (AttributeError, KeyError, TypeError) as error:
        raise LegsError(f"These are no prices along a path: {legs!r:.200}") from error


@lru_cache(_REMEMBERED)
def _exact_rate(steps: tuple[tuple[str, bool], ...]) -> Fraction:
    """The product of the prices; what is marked is divided by."""
    rate = Fraction(1)
    for text, is_against in steps:
        price = Fraction(text) if PRICE_TEXT.match(text) else Fraction(0)
        if not price:
            raise LegsError(f"“{text:.60}” is no price.")
        rate = rate / price if is_against else rate * price
    return rate


def is_rounded_from(rate: Decimal, exact: Fraction) -> bool:
    """Whether a stored rate is this exact one as it is rounded for storing."""
    return rate == round_price(exact)


def change(quoted: Fraction | Decimal, settled: Fraction | Decimal) -> Fraction:
    """By which fraction a rate changed, exactly; negative when it fell."""
    return (Fraction(settled) - Fraction(quoted)) / Fraction(quoted)


class Seen(NamedTuple):
    """How the market priced something at the quote and at the settlement: the path, and its own prices along it."""

    quoted_path: str
    quoted_legs: Legs
    settled_path: str
    settled_legs: Legs | None


class BnbRates(NamedTuple):
    """What one coin of an asset was worth in BNB at the quote and at the settlement, exactly (R9)."""

    quoted: Fraction
    settled: Fraction

    @property
    def change(self) -> Fraction:
        """By which fraction it changed."""
        return change(self.quoted, self.settled)


def bnb_rates(asset: Seen, bnb: Seen) -> BnbRates | None:
    """An asset's rates in BNB, by the market's own prices of both. A move of BNB against BTC counts through them only.

    None where they cannot be compared: without a settlement price of both, or when either came by another path.
    """
    if asset.settled_legs is None or bnb.settled_legs is None:
        return None
    if (asset.quoted_path, bnb.quoted_path) != (asset.settled_path, bnb.settled_path):
        return None
    return BnbRates(
        quoted=exact_rate(asset.quoted_legs) / exact_rate(bnb.quoted_legs),
        settled=exact_rate(asset.settled_legs) / exact_rate(bnb.settled_legs),
    )


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
