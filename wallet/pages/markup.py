"""Amounts, times and sentences with the little markup that pages give them. What wallet.formats writes stands inside."""

from datetime import datetime
from fractions import Fraction

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

from wallet import formats, money

LONG_LIST = 50


def is_long(count: int) -> bool:
    """Whether a list of so many rows is a dense one."""
    return count > LONG_LIST


def filled(text: str, **values: str) -> SafeString:
    """A translated text with its %(places)s filled in. Its own markup stays; a value is escaped unless it is markup."""
    return SafeString(text % {name: conditional_escape(value) for name, value in values.items()})


def joined(*sentences: str) -> SafeString:
    """Sentences behind each other, the empty ones left out; each is escaped unless it is markup."""
    return SafeString(" ".join(conditional_escape(sentence) for sentence in sentences if sentence))


def coin(units: int, *, is_plain: bool = False) -> SafeString:
    """An amount of BTC or BNB with quiet leading zeros, and the same for a machine; plain: without a quieter part, which
    would be one more element in each row of a long list.
    """
    digits = formats.coin(units)
    return _amount(units, SafeString(escape(digits)) if is_plain else formats.quiet(digits))


def worth(hundredths: Fraction | None, currency: str, sats: int) -> SafeString:
    """What stands before a value of so many whole 0.00000001 BTC in a list: what it is worth in the reference currency.
    Nothing where that is not known, and where neither of the two is a number.

    In this order each stands below its like: the one has two decimals, the other is as long in every row. On a phone they
    are two lines.
    """
    if hundredths is None or (not sats and hundredths < 1):
        return SafeString("")
    # And the value's "<" is as wide as the second lacks. By name: what lists leave out between tags are spaces themselves.
    gap = "&emsp;" if sats else "&emsp13;"
    return SafeString(f'<span class="num worth">{escape(formats.worth(hundredths, currency))}</span>{gap}')


def value(sats: int, *, is_plain: bool = False) -> SafeString:
    """A value in BTC, cut to 8 decimals, with quiet leading zeros; plain: the digits alone. Nothing that is worth something
    reads as zero.
    """
    if is_plain:
        return SafeString(escape(formats.value(sats)))
    return coin(sats) if sats else _amount(0, SafeString(escape(formats.value(0))))


def _amount(units: int, words: SafeString) -> SafeString:
    # Digits and markup made here: there is nothing to escape, and a list has hundreds of them.
    return SafeString(f'<data value="{money.to_decimal(units, money.BNB_SCALE):f}">{words}</data>')


def clock_time(moment: datetime) -> SafeString:
    """The time of day to the second, in the reader's zone."""
    return _time(moment, formats.clock_time(moment))


def full_time(moment: datetime) -> SafeString:
    """A moment in full, in the reader's zone: 22 November 2026, 14:32:19 CET."""
    return _time(moment, formats.full_time(moment))


def short_time(moment: datetime) -> SafeString:
    """A moment in a list, in the reader's zone: 22 Nov 2026, 14:32."""
    machine = formats.machine_time(moment)
    return format_html('<time class="nb" datetime="{}">{}</time>', machine, formats.short_time(moment))


def time_and_day(moment: datetime) -> SafeString:
    """A moment of these days, in the reader's zone: 16:00 CET on 22 November."""
    return _time(moment, formats.time_and_day(moment))


def when(moment: datetime, now: datetime) -> SafeString:
    """A moment to come, in the reader's zone: today at 20:32 CET."""
    return _time(moment, formats.when(moment, now))


def _time(moment: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', formats.machine_time(moment), words)
