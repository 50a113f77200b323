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
    assert [(mark.x, mark.y) for mark in found.marks] == [(12, 188), (480, 100), (948, 12)]
    assert found.line == "M12 188L480 100L948 12"


def test_the_chart_goes_from_the_first_to_the_last_of_what_there_is():
    found = day(number("1", hours=3), number("2", hours=2), spells=[spell("jump", began=2.5, ended=1.5)])
    assert [mark.x for mark in found.marks] == [12, 636]
    assert [(band.x, band.width) for band in found.bands] == [(324, 624)]
    assert (found.first, found.last) == ("2026-11-22 11:32 UTC", "2026-11-22 13:02 UTC")
    assert (found.lowest, found.highest, found.kind) == ("1.00000000", "2.00000000", "price")
    assert found.description == (
        "2 numbers, prices between 1.00000000 and 2.00000000. The chart spans 1 hour 30 minutes."
        " It was kept out once, shaded."
    )


def test_a_cross_keeps_within_the_chart():
    found = day(number("9", hours=9, rule="M7"), number("1", hours=5), number("0.1", rule="M7"))
    assert [(mark.x, mark.y) for mark in found.crosses] == [(12, 12), (948, 188)]


def test_a_single_number_is_in_the_middle_and_is_told_as_one():
    found = day(number("1"))
    assert [(mark.x, mark.y) for mark in found.marks] == [(480, 100)]
    assert found.description == "1 number, 1.00000000. It was not kept out."


def test_rounds_that_are_close_together_are_thinned_but_for_what_was_kept_out():
    seconds = [number("1", hours=5), *(number("2", hours=place / 3600) for place in range(300, 0, -1))]
    found = day(*seconds, number("3", rule="M7"))
    assert len(found.marks) == len(found.rows) < 10
    assert [mark.is_kept_out for mark in found.marks][-2:] == [False, True]
    assert found.description.startswith("302 numbers, prices between 1.00000000 and 2.00000000.")


def test_what_was_kept_out_is_counted_by_its_times_and_not_by_the_numbers_that_fell_into_them():
    found = day(number("1", hours=20), number("2"), spells=[spell("jump", began=9, ended=8), spell("wide", began=3.5)])
    assert found.crosses == []
    assert found.description.endswith("It was kept out 2 times, shaded.")


def test_what_was_kept_out_breaks_the_line_and_is_crossed():
    found = day(number("1", hours=20), number("2", hours=10, rule="M7"), number("1", hours=5), number("3"))
    assert found.line == "M12 188M714 188L948 12"
    (cross,) = found.crosses
    assert cross.words == "2026-11-22 04:32 UTC: 2.00000000, kept out by M7 jump"
    assert "no prices are crossed" in found.description


def test_a_number_that_is_far_off_stands_at_the_edge_and_spoils_no_scale():
    found = day(
        number("1", hours=20), number("1000", hours=10, rule="M7"), number("0.001", hours=5, rule="M7"), number("2")
    )
    assert [mark.y for mark in found.marks] == [188, 6, 194, 12]
    assert "prices between 1.00000000 and 2.00000000" in found.description


def test_a_price_that_stands_still_is_in_the_middle():
    found = day(number("1", hours=20), number("5", hours=9, rule="M5"), number("0.5", hours=5, rule="M5"), number("1"))
    assert [mark.y for mark in found.marks] == [100, 12, 188, 100]


def test_where_nothing_was_a_price_the_scale_is_that_of_all():
    assert [mark.y for mark in day(number("1", hours=9, rule="M5"), number("2", rule="M5")).marks] == [188, 12]


def test_a_spell_is_a_band_from_its_beginning_to_its_end():
    now, over, early = spell("wide", began=5), spell("jump", began=10, ended=8), spell("alone", began=40, ended=20)
    found = day(spells=[now, over, early])
    assert [(band.x, band.width) for band in found.bands] == [(760, 188), (573, 75), (12, 187)]
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
    assert row.why == "moved -30.00% from what was usual, 15.00% at the most until it is confirmed"


def test_a_day_without_numbers_says_so():
    found = day()
    assert found.description == "No round of the last day had a number of it. It was not kept out."
    assert (found.marks, found.line, found.bands, found.rows) == ([], "", [], [])
