"""Filters that write amounts, rates and times; what they do stands in wallet.formats."""

from datetime import datetime
from zlib import crc32

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wallet import formats, money

register = template.Library()

register.filter("coin", formats.coin)
register.filter("amount", formats.amount)
register.filter("full_amount", formats.full_amount)
register.filter("aligned", formats.aligned)
register.filter("rate", formats.rate)
register.filter("local", formats.local)
register.filter("month", formats.month)
register.filter("remaining", formats.remaining)
register.filter("ago_if_old", formats.ago_if_old)
register.filter("clock_words", formats.clock_time)


@register.filter
def quiet_coin(units: int) -> SafeString:
    """An amount of BTC or BNB with quiet leading zeros, and the same for a machine."""
    return _amount(units, formats.quiet(formats.coin(units)))


def _amount(units: int, words: SafeString) -> SafeString:
    return format_html('<data value="{}">{}</data>', f"{money.to_decimal(units, money.BNB_SCALE):f}", words)


@register.filter
def hue(code: str) -> str:
    """The class that colours an asset's mark, always the same one for an asset."""
    return f"h{crc32(code.encode()) % 12}"


@register.filter
def initials(name: str) -> str:
    """Two letters for a person: of the first and the last name, or the first two of the only one."""
    words = name.split()
    return (words[0][0] + words[-1][0] if len(words) > 1 else name[:2]).upper()


TONES = {"completed": "ok", "stopped": "", "failed": "bad", "confirmed": "plain"}


@register.filter
def tone(status: str) -> str:
    """The class that colours a conversion's status; the word beside it says the same."""
    return TONES[status]


@register.filter
def value_text(sats: int) -> SafeString:
    """A value in BTC, cut to 8 decimals, with quiet leading zeros. Nothing that is worth something reads as zero."""
    return quiet_coin(sats) if sats else _amount(0, format_html("&lt;{}", formats.coin(1)))


def _time(moment: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', formats.machine_time(moment), words)


@register.filter
def full_time(moment: datetime) -> SafeString:
    """A moment in full, in the reader's zone: 22 November 2026, 14:32:19 CET."""
    return _time(moment, formats.full_time(moment))


@register.filter
def clock_time(moment: datetime) -> SafeString:
    """The time of day to the second, in the reader's zone."""
    return _time(moment, formats.clock_time(moment))


@register.filter
def short_time(moment: datetime) -> SafeString:
    """A moment in a list, in the reader's zone: 22 Nov 2026, 14:32."""
    return format_html(
        '<time class="nb" datetime="{}">{}</time>', formats.machine_time(moment), formats.short_time(moment)
    )


@register.filter
def time_and_day(moment: datetime) -> SafeString:
    """A moment of these days, in the reader's zone: 16:00 CET on 22 November."""
    return _time(moment, formats.time_and_day(moment))


@register.filter
def when(moment: datetime, now: datetime) -> SafeString:
    """A moment to come, in the reader's zone: today at 20:32 CET."""
    return _time(moment, formats.when(moment, now))
