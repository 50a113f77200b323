"""An asset's last day at the market, for operators: its numbers, and which of them were no prices. In English, in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from wallet import formats
from wallet.market import guards
from wallet.models import KeptOutNumber
from wallet.models.market import DAY, Number

# The chart in its own units, how far from its edges the numbers stand, and how high a line of text is above and below.
WIDTH, HEIGHT, EDGE, LINE = 960, 200, 12, 24
# How far apart the numbers stand at least: what comes between is left out, unless it is the first kept out there.
STEP = 4


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

    The chart goes from the first of them to the last. The scale is that of the numbers that were prices: one that is far
    off stands at the edge.
    """

    code: str
    numbers: Sequence[Number]
    spells: Sequence[KeptOutNumber]
    now: datetime

    width: ClassVar[int] = WIDTH
    height: ClassVar[int] = HEIGHT
    middle: ClassVar[int] = WIDTH // 2
    above: ClassVar[int] = -LINE // 3
    below: ClassVar[int] = HEIGHT + LINE * 2 // 3
    view_box: ClassVar[str] = f"0 {-LINE} {WIDTH} {HEIGHT + 2 * LINE}"

    @property
    def title(self) -> str:
        return f"{self.code} in BTC, the last day"

    @cached_property
    def shown(self) -> list[Number]:
        """As many of the numbers as there is room for: of each place the first price, and the first that was kept out."""
        places: dict[tuple[int, bool], Number] = {}
        for number in self.numbers:
            places.setdefault((self._x(number.at) // STEP, bool(number.rule)), number)
        return sorted(places.values(), key=lambda number: number.at)

    @property
    def description(self) -> str:
        """What the chart shows, in words."""
        return " ".join(
            words for words in (self._numbers_in_words, self._spells_in_words, self._crosses_in_words) if words
        )

    @property
    def _numbers_in_words(self) -> str:
        if not self.numbers:
            return "No round of the last day had a number of it."
        if len(self.numbers) == 1:
            return f"1 number, {self.lowest}."
        return (
            f"{len(self.numbers)} numbers, {self.kind}s between {self.lowest} and {self.highest}."
            f" The chart spans {self.span}."
        )

    @property
    def _spells_in_words(self) -> str:
        if not self.spells:
            return "It was not kept out."
        return f"It was kept out {'once' if len(self.spells) == 1 else f'{len(self.spells)} times'}, shaded."

    @property
    def _crosses_in_words(self) -> str:
        if not self.crosses:
            return ""
        return "Numbers that were no prices are crossed, and stand at the edge where they are further off."

    @property
    def first(self) -> str:
        return _moment(self.begins)

    @property
    def last(self) -> str:
        return _moment(self.ends)

    @property
    def span(self) -> str:
        """How long the chart is, in words."""
        seconds = (self.ends - self.begins) // timedelta(seconds=1)
        return formats.duration(seconds if seconds < 60 else seconds // 60 * 60)

    @property
    def kind(self) -> str:
        """What the scale is that of."""
        return "number" if all(number.rule for number in self.numbers) else "price"

    @property
    def lowest(self) -> str:
        return formats.rate_digits(self.range[0])

    @property
    def highest(self) -> str:
        return formats.rate_digits(self.range[1])

    @cached_property
    def begins(self) -> datetime:
        """When the first of what there is was, within the day."""
        found = [*(number.at for number in self.numbers[:1]), *(spell.began_at for spell in self.spells)]
        return max(self.now - DAY, min(found, default=self.now))

    @cached_property
    def ends(self) -> datetime:
        found = [*(number.at for number in self.numbers[-1:]), *(spell.ended_at or self.now for spell in self.spells)]
        return max(found, default=self.now)

    @cached_property
    def range(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest of those that were prices, or of all where none was."""
        rates = [number.rate for number in self.numbers if not number.rule] or [one.rate for one in self.numbers]
        return min(rates), max(rates)

    @cached_property
    def marks(self) -> list[Mark]:
        return [_mark(number, self._x(number.at), self._y(number.rate)) for number in self.shown]

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
        """Those that are shown, the newest first."""
        return [
            DayRow(_moment(one.at), formats.rate_digits(one.rate), one.ways, one.rule and guards.rule_name(one.rule))
            for one in reversed(self.shown)
        ]

    def _x(self, at: datetime) -> int:
        length = self.ends - self.begins
        if not length:
            return WIDTH // 2
        part = (at - self.begins) * (WIDTH - 2 * EDGE) // length
        return EDGE + max(0, min(WIDTH - 2 * EDGE, part))

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
