"""An asset's last day at the market, for operators: its numbers, and which of them were no prices. In English, in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from wallet import formats
from wallet.market import guards
from wallet.models import KeptOutNumber
from wallet.models.market import DAY, Number

# The chart in its own units, and how far from its edges the numbers stand.
WIDTH, HEIGHT, EDGE = 960, 200, 12


@dataclass(frozen=True, slots=True)
class Mark:
    """A number on the chart: where it stands, and whether it was kept out. `words` are what its title says."""

    x: int
    y: int
    words: str
    is_kept_out: bool

    @property
    def cross(self) -> str:
        """A cross around it, as a path."""
        return f"M{self.x - 5} {self.y - 5}l10 10m0 -10l-10 10"


@dataclass(frozen=True, slots=True)
class Band:
    """A time on the chart in which a rule kept the asset out."""

    x: int
    width: int
    words: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """The same number in the table."""

    at: str
    rate: str
    ways: int
    rule: str


@dataclass(frozen=True, slots=True)
class SpellRow:
    """A band in words; `rate` is the number that was no price, where there was one at all."""

    rule: str
    began: str
    ended: str
    why: str
    rate: str


@dataclass(frozen=True)
class AssetDay:
    """`numbers` in the order of time, `spells` when rules kept the asset out, the newest first, `now` the day's end.

    The scale is that of the numbers that were prices: one that is far off stands at the edge.
    """

    code: str
    numbers: Sequence[Number]
    spells: Sequence[KeptOutNumber]
    now: datetime

    width: ClassVar[int] = WIDTH
    height: ClassVar[int] = HEIGHT

    @property
    def title(self) -> str:
        return f"{self.code} in BTC, the last 25 hours"

    @cached_property
    def kept_out(self) -> list[Number]:
        return [number for number in self.numbers if number.rule]

    @property
    def description(self) -> str:
        """What the chart shows, in words."""
        if not self.numbers:
            return "No round of the last 25 hours had a number of it."
        low, high = (formats.rate_digits(rate) for rate in self.range)
        count, kept_out = len(self.numbers), len(self.kept_out)
        words = f"{count} numbers, one for every 5 minutes; prices between {low} and {high}."
        if not kept_out:
            return f"{words} None of them was kept out."
        return f"{words} {kept_out} of them kept out, marked with a cross, at the edge where they are further off."

    @cached_property
    def range(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest of those that were prices, or of all where none was."""
        rates = [number.rate for number in self.numbers if not number.rule] or [one.rate for one in self.numbers]
        return min(rates), max(rates)

    @cached_property
    def marks(self) -> list[Mark]:
        return [_mark(number, self._x(number.at), self._y(number.rate)) for number in self.numbers]

    @property
    def line(self) -> str:
        """The prices as one path; it breaks where a number was kept out."""
        steps, is_drawn = [], False
        for mark in self.marks:
            if not mark.is_kept_out:
                steps.append(f"{'L' if is_drawn else 'M'}{mark.x} {mark.y}")
            is_drawn = not mark.is_kept_out
        return "".join(steps)

    @property
    def crosses(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.is_kept_out]

    @property
    def bands(self) -> list[Band]:
        found = []
        for spell in self.spells:
            begins, ends = self._x(spell.began_at), self._x(spell.ended_at or self.now)
            until = f"{spell.ended_at:%H:%M} UTC" if spell.ended_at else "now"
            words = f"{guards.rule_name(spell.rule)}, {spell.began_at:%H:%M} to {until}: {guards.words(spell.facts)}"
            found.append(Band(begins, max(2, ends - begins), words))
        return found

    @property
    def spell_rows(self) -> list[SpellRow]:
        """The newest first."""
        return [
            SpellRow(
                rule=guards.rule_name(one.rule),
                began=_moment(one.began_at),
                ended=_moment(one.ended_at) if one.ended_at else "now",
                why=guards.words(one.facts),
                rate=one.rate_btc,
            )
            for one in self.spells
        ]

    @property
    def rows(self) -> list[DayRow]:
        """The newest first."""
        return [
            DayRow(_moment(one.at), formats.rate_digits(one.rate), one.ways, one.rule and guards.rule_name(one.rule))
            for one in reversed(self.numbers)
        ]

    def _x(self, at: datetime) -> int:
        part = (at - (self.now - DAY)) * WIDTH // DAY
        return max(0, min(WIDTH, part))

    def _y(self, rate: Decimal) -> int:
        low, high = self.range
        if low == high and rate == low:
            return HEIGHT // 2
        inside = HEIGHT - 2 * EDGE
        part = int((high - rate) * inside / (high - low)) if low != high else (0 if rate > high else inside)
        return max(EDGE // 2, min(HEIGHT - EDGE // 2, EDGE + part))


def _mark(number: Number, x: int, y: int) -> Mark:
    words = f"{_moment(number.at)}: {formats.rate_digits(number.rate)}"
    if number.rule:
        words = f"{words}, kept out by {guards.rule_name(number.rule)}"
    return Mark(x, y, words, bool(number.rule))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
