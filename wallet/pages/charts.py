"""The small charts, worked out as plain numbers: the shares of a selection, the tolerance strip of a result, the months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats, money

SHOWN = 3
# Where the strip's limits stand, in percent of its width from the middle, and how far the dot may go.
LIMIT_AT, EDGE_AT = 3125, 4700
# How far from the middle words as wide as "DOGE +899.00%" can stand above it on a phone.
WORDS_FIT = 3000
# Months with anything in them from which on they are worth a chart, and how many months it goes back.
MONTHS_TO_COMPARE, MONTHS_SHOWN = 3, 12


@dataclass(frozen=True)
class Share:
    """One part of the bar: whole percent of the whole, and where it starts. `is_tiny`: it is less than one."""

    name: str
    percent: int
    start: int
    css: str
    is_tiny: bool

    @property
    def percent_text(self) -> str:
        return formats.percent("<1" if self.is_tiny else f"{self.percent}")


def shares(parts: Sequence[tuple[str, int]]) -> list[Share]:
    """The largest three parts and the rest, in percent that add up to 100 (largest remainder)."""
    ordered = sorted(parts, key=lambda part: (-part[1], part[0]))
    named = ordered[:SHOWN]
    rest = ordered[SHOWN:]
    if len(rest) == 1:
        named = ordered
    elif rest:
        others = ngettext("%(count)d more", "%(count)d more", len(rest)) % {"count": len(rest)}
        named = [*named, (others, sum(units for _name, units in rest))]
    percents = _whole_percents([units for _name, units in named])
    whole, found, start = sum(units for _name, units in named), [], 0
    for number, ((name, units), percent) in enumerate(zip(named, percents, strict=True), start=1):
        found.append(Share(name, percent, start, f"s{number}", is_tiny=0 < units * 100 < whole))
        start += percent
    return found


def _whole_percents(parts: Sequence[int]) -> list[int]:
    whole = sum(parts)
    percents = [part * 100 // whole for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda at: -(parts[at] * 100 % whole))
    for at in by_remainder[: 100 - sum(percents)]:
        percents[at] += 1
    return percents


@dataclass(frozen=True)
class Month:
    """A month, what it brought in BNB units, and that in percent of the best month, rounded up."""

    begins: date
    units: int
    percent: int

    @property
    def name(self) -> str:
        return formats.month(self.begins)

    @property
    def received(self) -> str:
        return formats.coin(self.units)


def months(received: Mapping[date, int]) -> list[Month]:
    """The months back from the newest that brought anything, also those between that did not; none when they are few.

    `received` are the units by the first day of their month, none of them 0.
    """
    units = {begins.year * 12 + begins.month - 1: units for begins, units in received.items()}
    newest = max(units, default=0)
    units = {month: units for month, units in units.items() if month > newest - MONTHS_SHOWN}
    if len(units) < MONTHS_TO_COMPARE:
        return []
    most = max(units.values())
    return [
        Month(date(month // 12, month % 12 + 1, 1), units.get(month, 0), -(-units.get(month, 0) * 100 // most))
        for month in range(newest, min(units) - 1, -1)
    ]


@dataclass(frozen=True, slots=True)
class Dot:
    """Where it stands, in percent of the strip's width, and which end of the words above it stands there."""

    place: str
    anchor: str


@dataclass(frozen=True)
class Strip:
    """How far something moved from its estimate, between −tolerance and +tolerance."""

    dot: Dot
    moved: str
    is_over: bool
    label: str
    sentence: str


def received_strip(quoted: int, received: int, tolerance_percent: Decimal) -> Strip:
    """What was received compared with the estimate, both in BNB units."""
    change = Fraction(received - quoted, quoted)
    text = formats.change(money.cut_percent(change))
    sentence = _("You received the same as the estimate.")
    if received > quoted:
        sentence = _("You received {amount} BNB more than the estimate because prices moved.")
    elif received < quoted:
        sentence = _("You received {amount} BNB less than the estimate because prices moved.")
    sentence = sentence.format(amount=formats.coin(abs(received - quoted)))
    limit = formats.percent(formats.plain(tolerance_percent))
    label = _("{change} compared with the estimate. The limit is {limit}.").format(change=text, limit=limit)
    return Strip(_dot(change, tolerance_percent), text, False, label, sentence)


def change_strip(code: str, change: Fraction, tolerance_percent: Decimal) -> Strip:
    """The change of the price in BNB that moved most."""
    text = formats.change(money.cut_percent(change))
    limit = formats.percent(formats.plain(tolerance_percent))
    label = _("The price of {asset} in BNB moved {change}. The limit is {limit}.").format(
        asset=code, change=text, limit=limit
    )
    is_over = abs(change) * 100 >= tolerance_percent
    return Strip(_dot(change, tolerance_percent), f"{code} {text}", is_over, label, label)


def _dot(change: Fraction, tolerance_percent: Decimal) -> Dot:
    hundredths = change * 100 / Fraction(tolerance_percent) * LIMIT_AT
    inside = max(-EDGE_AT, min(EDGE_AT, hundredths.numerator // hundredths.denominator))
    anchor = "middle" if abs(inside) < WORDS_FIT else "start" if inside < 0 else "end"
    return Dot(f"{Decimal(5000 + inside) / 100:f}", anchor)
