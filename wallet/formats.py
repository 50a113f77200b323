"""How numbers and times are written for people, in their language. What a customer has or gets is cut, never rounded up.

Each text here is whole: a pattern with places for the values, so that a translator can put them in another order.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.formats import get_format
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from wallet import money, zones

SHOWN_PLACES = 8
FIAT_SCALE = 2
MINUS = "−"
# What is written before a number of it; of others, the code behind it. Dollars are those of the United States.
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
OLD_SECONDS = 30  # conversion.js says the same of a page that stays open

_LEADING_ZEROS = re.compile(r"\A(0[.,]0*)([0-9]+)\Z")


def plain(number: Decimal) -> str:
    """A number in plain digits without trailing zeros, for a machine: 5, 0.0012."""
    return f"{number.normalize():f}"


def local(digits: str) -> str:
    """Plain digits as the reader's language writes them: 0.0012 is 0,0012 in German."""
    return digits.translate(_separators(get_language()))


@cache
def _separators(language: str | None) -> Mapping[int, str]:
    """What stands for the point and the comma; a long list asks for it a thousand times."""
    point, comma = (str(get_format(name, lang=language)) for name in ("DECIMAL_SEPARATOR", "THOUSAND_SEPARATOR"))
    return {ord("."): point, ord(","): comma}


def percent(digits: str) -> str:
    """Plain digits as a percentage in the reader's language: 5%, in German 5 %."""
    return _("{number}%").format(number=local(digits))


def coin(units: int) -> str:
    """An amount of BTC or BNB: always 8 decimals."""
    return local(f"{money.to_decimal(units, money.BNB_SCALE):,.8f}")


def value(sats: int) -> str:
    """What something is worth in BTC. Nothing that is worth something reads as zero."""
    return coin(sats) if sats else f"<{coin(1)}"


def amount(units: int, scale: int) -> str:
    """An amount of any asset: up to 8 decimals, cut, trailing zeros dropped; two for currencies that keep two."""
    return local(_amount(units, scale))


def _amount(units: int, scale: int) -> str:
    if scale > SHOWN_PLACES:
        units, scale, whole = units // 10 ** (scale - SHOWN_PLACES), SHOWN_PLACES, units
        if whole and not units:
            return f"<{Decimal(1).scaleb(-SHOWN_PLACES):f}"
    return _without_zeros(f"{money.to_decimal(units, scale):,.{scale}f}", scale)


def _without_zeros(text: str, scale: int) -> str:
    return text.rstrip("0").rstrip(".") if scale > FIAT_SCALE else text


def full_amount(units: int, scale: int) -> str:
    """An amount with every decimal place that is kept."""
    return local(f"{money.to_decimal(units, scale):,f}")


def exact_amount(units: int, scale: int) -> str:
    """An amount to the last unit; trailing zeros are dropped as in `amount`."""
    return local(_without_zeros(f"{money.to_decimal(units, scale):,f}", scale))


def full_amount_if_cut(units: int, scale: int) -> str:
    """The exact amount where `amount` leaves decimals out; empty where it shows them all."""
    is_cut = scale > SHOWN_PLACES and units % 10 ** (scale - SHOWN_PLACES) != 0
    return exact_amount(units, scale) if is_cut else ""


def missing_places(units: int, scale: int) -> str:
    """What the amount's text lacks to have all decimal places: where it stands unseen, decimal points are aligned."""
    text = _amount(units, scale)
    point, places = ("" if "." in text else "."), len(text.partition(".")[2])
    return local(f"{point}{'0' * (SHOWN_PLACES - places)}")


def quiet(text: str) -> SafeString:
    """A number whose leading zeros are quieter than its significant digits. The text itself stays whole."""
    found = _LEADING_ZEROS.match(text)
    return SafeString(f'<span class="z">{found[1]}</span>{found[2]}') if found else SafeString(escape(text))


def hundredths_digits(hundredths: Fraction) -> str:
    """Hundredths of a currency as a number with two places, cut, for a machine: 12.34."""
    whole, rest = divmod(int(hundredths), 100)
    return f"{whole}.{rest:02}"


def worth(hundredths: Fraction | None, currency: str) -> str:
    """What something is worth in a currency, cut: ≈ €12.34. What is worth something never reads as nothing: <€0.01.

    Empty where it is not known.
    """
    if hundredths is None:
        return ""
    cut = int(hundredths)
    is_tiny = not cut and hundredths > 0
    whole, rest = divmod(1 if is_tiny else cut, 100)
    number = local(f"{whole:,}.{rest:02}")
    # Translators: an amount of money, as in €12.34.
    words = _("{symbol}{number}").format(symbol=SYMBOLS.get(currency, ""), number=number)
    if currency not in SYMBOLS:
        words = f"{number}\N{NO-BREAK SPACE}{currency}"
    return f"<{words}" if is_tiny else f"≈\N{NO-BREAK SPACE}{words}"


def rate_digits(number: Decimal) -> str:
    """A price in BTC with its significant digits, at least 8 decimals, for a machine."""
    whole, _point, places = plain(number).partition(".")
    return f"{whole}.{places.ljust(SHOWN_PLACES, '0')}"


def rate(number: Decimal) -> str:
    """The same for people, so that what was reckoned with can be read."""
    return local(rate_digits(number))


def change(cut: Decimal) -> str:
    """A change in percent with its sign: −0.41%, +6.18%, 0.00%."""
    sign = MINUS if cut < 0 else "+" if cut > 0 else ""
    return percent(f"{sign}{abs(cut):.2f}")


# Times, all in the reader's zone.


def day(moment: date) -> str:
    """A date in full: 3 November 2026."""
    # Translators: how a date in full is written, in Django's letters for dates.
    return date_format(moment, _("j F Y"))


def month(begins: date) -> str:
    """A month: November 2026."""
    # Translators: how a month is written, in Django's letters for dates.
    return date_format(begins, _("F Y"))


def duration(seconds: int) -> str:
    """A length of time in words, exact to the second: "6 hours", "1 hour 30 minutes"."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if minutes:
        parts.append(ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
    if rest or not parts:
        parts.append(ngettext("%(count)d second", "%(count)d seconds", rest) % {"count": rest})
    return " ".join(parts)


def every(seconds: int) -> str:
    """How often, in words: "every 6 hours", "every hour"."""
    whole = {3600: _("every hour"), 60: _("every minute"), 1: _("every second")}
    return whole.get(seconds) or _("every {duration}").format(duration=duration(seconds))


def clock_time(moment: datetime) -> str:
    """The time of day to the second: 14:32:19."""
    return f"{timezone.localtime(moment):%H:%M:%S}"


def full_time(moment: datetime) -> str:
    """A moment in full: 22 November 2026, 14:32:19 CET."""
    local_time = timezone.localtime(moment)
    zone = zones.short_name(local_time)
    return _("{date}, {time} {zone}").format(date=day(local_time), time=f"{local_time:%H:%M:%S}", zone=zone)


def short_time(moment: datetime) -> str:
    """A moment in a list: 22 Nov 2026, 14:32."""
    # Translators: how a date and time are written in a narrow list, in Django's letters for dates.
    return date_format(timezone.localtime(moment), _("j M Y, H:i"))


def time_on_date(moment: datetime) -> str:
    """A moment in full, the time first: 20:32 UTC on 22 November 2026."""
    local_time = timezone.localtime(moment)
    zone = zones.short_name(local_time)
    return _("{time} {zone} on {date}").format(time=f"{local_time:%H:%M}", zone=zone, date=day(local_time))


def time_and_day(moment: datetime) -> str:
    """A moment of these days: 16:00 CET on 22 November."""
    local_time = timezone.localtime(moment)
    # Translators: how a day without its year is written, in Django's letters for dates.
    date_text, zone = date_format(local_time, _("j F")), zones.short_name(local_time)
    return _("{time} {zone} on {date}").format(time=f"{local_time:%H:%M}", zone=zone, date=date_text)


def minute_after(moment: datetime) -> str:
    """The first whole minute that is no earlier, in the reader's zone: 14:40 CET."""
    whole = timezone.localtime(moment + timedelta(seconds=59, microseconds=999_999))
    return f"{whole:%H:%M} {zones.short_name(whole)}"


def machine_time(moment: datetime) -> str:
    """A moment with its offset, for <time datetime>."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def utc(moment: datetime) -> str:
    """A moment as operators read it: 2026-11-22 14:32:07 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def when(moment: datetime, now: datetime) -> str:
    """A moment that is still to come, absolute: "today at 20:32 CET", "on 24 November 2026 at 02:10 CET"."""
    local_time, today = timezone.localtime(moment), timezone.localtime(now).date()
    patterns = {today: _("today at {time} {zone}"), today + timedelta(days=1): _("tomorrow at {time} {zone}")}
    pattern = patterns.get(local_time.date(), _("on {date} at {time} {zone}"))
    zone = zones.short_name(local_time)
    return pattern.format(date=day(local_time), time=f"{local_time:%H:%M}", zone=zone)


def ago_if_old(moment: datetime, now: datetime) -> str:
    """How long ago prices are from, behind their time, once that is worth saying: " (45 seconds ago)"."""
    seconds = (now - moment) // timedelta(seconds=1)
    if seconds < OLD_SECONDS:
        return ""
    # Told exactly below a minute and to the minute above, cut, as the browser's own words for it (notices.js) do.
    minutes = seconds // 60
    ago = (
        ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
        if minutes
        else ngettext("%(count)d second ago", "%(count)d seconds ago", seconds) % {"count": seconds}
    )
    return f" ({ago})"


def remaining(moment: datetime, now: datetime) -> str:
    """How long until then in hours and minutes, rounded up: a wait is never said to be shorter than it is. Seconds would stand
    still on a page that stays open.
    """
    minute = timedelta(minutes=1)
    if moment - now < minute:
        return _("less than a minute")
    return duration(-(-(moment - now) // minute) * 60)
