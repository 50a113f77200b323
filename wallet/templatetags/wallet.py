"""Filters that write amounts, rates and times; what they do stands in wallet.formats and wallet.pages.markup."""

from django import template

from wallet import formats
from wallet.pages import markup

register = template.Library()

register.filter("coin", formats.coin)
register.filter("amount", formats.amount)
register.filter("full_amount", formats.full_amount)
register.filter("rate", formats.rate)
register.filter("month", formats.month)
register.filter("quiet_coin", markup.coin)
register.filter("full_time", markup.full_time)
register.filter("clock_time", markup.clock_time)
register.filter("short_time", markup.short_time)
register.filter("when", markup.when)
