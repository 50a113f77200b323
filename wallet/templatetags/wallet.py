"""Filters that write amounts, rates and times; what they do stands in wallet.formats and wallet.pages.markup."""

from zlib import crc32

from django import template

from wallet import formats
from wallet.pages import markup

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
register.filter("quiet_coin", markup.coin)
register.filter("value_text", markup.value)
register.filter("full_time", markup.full_time)
register.filter("clock_time", markup.clock_time)
register.filter("short_time", markup.short_time)
register.filter("time_and_day", markup.time_and_day)
register.filter("when", markup.when)


@register.filter
def hue(code: str) -> str:
    """The class that colours an asset's mark, always the same one for an asset."""
    return f"h{crc32(code.encode()) % 12}"


TONES = {"completed": "ok", "stopped": "", "failed": "bad", "confirmed": "plain"}


@register.filter
def tone(status: str) -> str:
    """The class that colours a conversion's status; the word beside it says the same."""
    return TONES[status]
