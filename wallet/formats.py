"""How numbers and times are written for people. What a customer has or gets is cut, never rounded up."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wallet import money, zones
from wallet.refusals import day, duration

SHOWN_PLACES = 8
FIAT_SCALE = 2
MINUS = "−"
OLD_SECONDS = 30  # site.js says the same of a page that stays open

_LEADING_ZEROS = re.compile(r"\A(0\.0*)([0-9]+)\Z")


def coin(units: int) -> str:
    """An amount of BTC or BNB: always 8 decimals."""
    return f"{money.to_decimal(units, money.BNB_SCALE):,.8f}"


def amount(units: int, scale: int) -> str:
    """An amount of any asset: up to 8 decimals, cut, trailing zeros dropped; two for currencies that keep two."""
    if scale > SHOWN_PLACES:
        units, scale, whole = units // 10 ** (scale - SHOWN_PLACES), SHOWN_PLACES, units
        if whole and not units:
            return f"<{Decimal(1).scaleb(-SHOWN_PLACES):f}"
    text = f"{money.to_decimal(units, scale):,.{scale}f}"
    return text.rstrip("0").rstrip(".") if scale > FIAT_SCALE else text


def full_amount(units: int, scale: int) -> str:
    """An amount with every decimal place that is kept."""
    return f"{money.to_decimal(units, scale):,f}"


def aligned(units: int, scale: int) -> SafeString:
    """An amount with invisible padding behind it, so that the decimal points of a column stand below each other."""
    text = amount(units, scale)
    point, places = ("" if "." in text else "."), len(text.partition(".")[2])
    return format_html('{}<span class="pad" aria-hidden="true">{}{}</span>', text, point, "0" * (SHOWN_PLACES - places))


def quiet(text: str) -> SafeString:
    """A number whose leading zeros are quieter than its significant digits. The text itself stays whole."""
    found = _LEADING_ZEROS.match(text)
    return format_html('<span class="z">{}</span>{}', *found.groups()) if found else format_html("{}", text)


def rate(number: Decimal) -> str:
    """A price in BTC with its significant digits, at least 8 decimals, so that what was reckoned with can be read."""
    text = f"{number.normalize():f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(SHOWN_PLACES, '0')}"


def moved(percent: Decimal) -> str:
    """A move in percent with its sign: −0.41%, +6.18%, 0.00%."""
    sign = MINUS if percent < 0 else "+" if percent > 0 else ""
    return f"{sign}{abs(percent):.2f}%"


# Times, all in the reader's zone.


def clock_time(moment: datetime) -> str:
    """The time of day to the second: 14:32:19."""
    return f"{timezone.localtime(moment):%H:%M:%S}"


def full_time(moment: datetime) -> str:
    """A moment in full: 22 November 2026, 14:32:19 CET."""
    local = timezone.localtime(moment)
    return f"{day(local)}, {local:%H:%M:%S} {zones.short_name(local)}"


def machine_time(moment: datetime) -> str:
    """A moment with its offset, for <time datetime>."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def when(moment: datetime, now: datetime) -> str:
    """A moment that is still to come, absolute: "today at 20:32 CET", "on 24 November 2026 at 02:10 CET"."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    days = {today: "today", today + timedelta(days=1): "tomorrow"}
    return f"{days.get(local.date(), f'on {day(local)}')} at {local:%H:%M} {zones.short_name(local)}"


def ago_if_old(moment: datetime, now: datetime) -> str:
    """How long ago prices are from, behind their time, once that is worth saying: " (45 seconds ago)"."""
    seconds = (now - moment) // timedelta(seconds=1)
    if seconds < OLD_SECONDS:
        return ""
    return f" ({duration(seconds if seconds < 60 else seconds // 60 * 60)} ago)"


def remaining(moment: datetime, now: datetime) -> str:
    """How long until then in hours and minutes, rounded up: a wait is never said to be shorter than it is."""
    seconds = max(0, -(-(moment - now) // timedelta(seconds=1)))
    return duration(seconds if seconds < 60 else -(-seconds // 60) * 60)
