"""The chart of an asset's last day: where everything stands on it."""

from datetime import timedelta
from decimal import Decimal

from tests.support.factories import FACTS
from tests.support.pages import NOW
from wallet.models import KeptOutNumber
from wallet.models.market import DAY, Number
from wallet.pages.asset_day import AssetDay


def number(rate, *, hours=0, rule=""):
    return Number(NOW - timedelta(hours=hours), Decimal(rate), 3, rule)


def day(*numbers, spells=()):
    return AssetDay("DOGE", list(numbers), list(spells), NOW)


def spell(why, *, began, ended=None, rate_btc=""):
    """A spell that began so many hours ago, and ended."""
    rule, facts = FACTS[why]
    at = {"began_at": NOW - timedelta(hours=began), "ended_at": None if ended is None else NOW - timedelta(hours=ended)}
    return KeptOutNumber(code="DOGE", rule=rule, facts=facts, rate_btc=rate_btc, **at)


def test_the_day_goes_from_left_to_right_and_the_scale_from_the_lowest_price_to_the_highest():
    found = day(number("1", hours=25), number("2", hours=12.5), number("3"))
    assert [(mark.x, mark.y) for mark in found.marks] == [(0, 188), (480, 100), (960, 12)]
    assert found.line == "M0 188L480 100L960 12"


def test_what_was_kept_out_breaks_the_line_and_is_crossed():
    found = day(number("1", hours=20), number("2", hours=10, rule="M7"), number("1", hours=5), number("3"))
    assert found.line == "M192 188M768 188L960 12"
    (cross,) = found.crosses
    assert cross.words == "2026-11-22 04:32 UTC: 2.00000000, kept out by M7 jump"
    assert "1 of them kept out" in found.description


def test_a_number_that_is_far_off_stands_at_the_edge_and_spoils_no_scale():
    found = day(
        number("1", hours=20), number("1000", hours=10, rule="M7"), number("0.001", hours=5, rule="M7"), number("2")
    )
    assert [mark.y for mark in found.marks] == [188, 6, 194, 12]
    assert "prices between 1.00000000 and 2.00000000" in found.description


def test_a_price_that_stands_still_is_in_the_middle():
    found = day(number("1", hours=20), number("1"), number("5", rule="M5"), number("0.5", rule="M5"))
    assert [mark.y for mark in found.marks] == [100, 100, 12, 188]


def test_where_nothing_was_a_price_the_scale_is_that_of_all():
    assert [mark.y for mark in day(number("1", hours=9, rule="M5"), number("2", rule="M5")).marks] == [188, 12]


def test_a_spell_is_a_band_from_its_beginning_to_its_end():
    now, over, early = spell("wide", began=5), spell("jump", began=10, ended=8), spell("alone", began=40, ended=20)
    found = day(spells=[now, over, early])
    assert [(band.x, band.width) for band in found.bands] == [(768, 192), (576, 76), (0, 192)]
    assert found.bands[0].words == "M4 spread, 09:32 to now: bid and ask are 7.21% apart, 5.00% at the most"


def test_a_short_spell_can_still_be_seen():
    found = day(spells=[spell("jump", began=10, ended=10)])
    assert found.bands[0].width == 2


def test_the_tables_say_the_same_with_the_newest_first():
    found = day(
        number("1", hours=DAY / timedelta(hours=1)),
        number("2", rule="M7"),
        spells=[spell("jump", began=1, rate_btc="2")],
    )
    assert [(row.at, row.rate, row.ways, row.rule) for row in found.rows] == [
        ("2026-11-22 14:32 UTC", "2.00000000", 3, "M7 jump"),
        ("2026-11-21 13:32 UTC", "1.00000000", 3, ""),
    ]
    (row,) = found.spell_rows
    assert (row.rule, row.began, row.ended, row.rate) == ("M7 jump", "2026-11-22 13:32 UTC", "now", "2")
    assert row.why == "moved -30.00% from the median of the last minutes, 15.00% at the most until it is confirmed"


def test_a_day_without_numbers_says_so():
    found = day()
    assert found.description == "No round of the last 25 hours had a number of it."
    assert (found.marks, found.line, found.bands, found.rows) == ([], "", [], [])
