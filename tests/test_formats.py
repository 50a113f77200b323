from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from wallet import formats
from wallet.pages import charts

NOW = datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("units", "scale", "text"),
    [
        (0, 8, "0"),
        (100, 2, "1.00"),
        (41250, 2, "412.50"),
        (91_200_480, 8, "0.9120048"),
        (1_820_455_000, 5, "18,204.55"),
        (1, 8, "0.00000001"),
        (10**18, 18, "1"),
        (19_999_999_999, 18, "0.00000001"),
        (1, 18, "<0.00000001"),
        (5, 0, "5"),
    ],
)
def test_an_amount_is_cut_to_eight_decimals_without_trailing_zeros(units, scale, text):
    assert formats.amount(units, scale) == text


def test_bnb_and_btc_always_have_eight_decimals():
    assert formats.coin(5_420_380) == "0.05420380"
    assert formats.coin(0) == "0.00000000"
    assert formats.coin(123_456_789_012) == "1,234.56789012"


def test_the_full_amount_has_every_decimal_that_is_kept():
    assert formats.full_amount(1, 18) == "0.000000000000000001"


def test_the_exact_amount_has_no_zeros_behind_it_but_a_currencys_two_decimals():
    assert formats.exact_amount(48_773_100, 6) == "48.7731"
    assert formats.exact_amount(1, 18) == "0.000000000000000001"
    assert formats.exact_amount(100_000_000, 6) == "100"
    assert formats.exact_amount(1_250, 2) == "12.50"


def test_a_full_amount_stands_beside_one_that_is_cut_alone():
    assert formats.full_amount_if_cut(1, 18) == "0.000000000000000001"
    assert formats.full_amount_if_cut(123_456_789_000, 9) == ""
    assert formats.full_amount_if_cut(123_456_789_001, 9) == "123.456789001"
    assert formats.full_amount_if_cut(1, 8) == ""
    assert formats.full_amount_if_cut(1_234_567_891 * 10**8, 18) == "0.1234567891"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (21_600, "every 6 hours"),
        (3_600, "every hour"),
        (60, "every minute"),
        (5_400, "every 1 hour 30 minutes"),
        (1, "every second"),
    ],
)
def test_how_often_is_said_without_a_one(seconds, words):
    assert formats.every(seconds) == words


@pytest.mark.parametrize(("units", "scale"), [(100_000_000, 8), (1_050, 2), (1, 8), (5, 0), (3_140_712, 5)])
def test_padding_aligns_the_decimal_points_of_a_column(units, scale):
    shown = formats.amount(units, scale) + formats.missing_places(units, scale)
    assert len(shown.partition(".")[2]) == 8


def test_leading_zeros_are_quiet_and_the_text_stays_whole():
    assert formats.quiet("0.05420380") == '<span class="z">0.0</span>5420380'
    assert formats.quiet("12.5") == "12.5"
    assert formats.quiet("0.00000000") == '<span class="z">0.0000000</span>0'
    assert formats.quiet("<0.00000001") == "&lt;0.00000001"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0.01", "0.01000000"),
        ("0.00000199130864416", "0.00000199130864416"),
        ("1E+1", "10.00000000"),
        ("1", "1.00000000"),
    ],
)
def test_a_rate_shows_what_was_reckoned_with(number, text):
    assert formats.rate(Decimal(number)) == text


@pytest.mark.parametrize(("percent", "text"), [("-0.41", "−0.41%"), ("6.18", "+6.18%"), ("0", "0.00%")])
def test_a_change_has_its_sign(percent, text):
    assert formats.change(Decimal(percent)) == text


def test_a_moment_to_come_is_absolute():
    assert formats.when(NOW + timedelta(hours=6), NOW) == "today at 20:32 UTC"
    assert formats.when(NOW + timedelta(hours=12), NOW) == "tomorrow at 02:32 UTC"
    assert formats.when(NOW + timedelta(days=2), NOW) == "on 24 November 2026 at 14:32 UTC"
    with timezone.override("Europe/Helsinki"):
        assert formats.when(NOW + timedelta(hours=6), NOW) == "today at 22:32 EET"
        assert formats.when(NOW + timedelta(hours=9), NOW) == "tomorrow at 01:32 EET"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(hours=5, minutes=47, seconds=13), "5 hours 48 minutes"),
        (timedelta(hours=6), "6 hours"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(seconds=60, microseconds=1), "2 minutes"),
        (timedelta(seconds=59, microseconds=1), "less than a minute"),
        (timedelta(0), "less than a minute"),
        (timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_a_wait_is_never_said_to_be_shorter_than_it_is(length, text):
    assert formats.remaining(NOW + length, NOW) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(21_600, "6 hours"), (5_400, "1 hour 30 minutes"), (1, "1 second"), (0, "0 seconds")]
)
def test_a_length_of_time_in_words(seconds, text):
    assert formats.duration(seconds) == text


parts = st.lists(st.integers(1, 10**12), min_size=1, max_size=9)


@given(parts)
def test_shares_add_up_to_a_hundred(amounts):
    found = charts.shares([(f"A{number}", amount) for number, amount in enumerate(amounts)])
    assert sum(share.percent for share in found) == 100
    assert len(found) <= 4
    assert [share.start for share in found] == [sum(one.percent for one in found[:at]) for at in range(len(found))]


def test_the_rest_is_one_share():
    tiny = charts.shares([(f"X{number}", 5) for number in range(300)])
    assert [share.percent_text for share in tiny] == ["<1%", "<1%", "<1%", "99%"]
    found = charts.shares([("A", 50), ("B", 20), ("C", 10), ("D", 10), ("E", 10)])
    assert [(share.name, share.percent) for share in found] == [("A", 50), ("B", 20), ("C", 10), ("2 more", 20)]


def test_months_go_back_from_the_newest_without_a_gap_and_begin_with_the_third():
    received = {date(2025, 11, 1): 1, date(2026, 1, 1): 300}
    assert charts.months({}) == charts.months(received) == []
    found = charts.months(received | {date(2026, 2, 1): 100})
    assert [(month.begins.isoformat(), month.units, month.percent) for month in found] == [
        ("2026-02-01", 100, 34),
        ("2026-01-01", 300, 100),
        ("2025-12-01", 0, 0),
        ("2025-11-01", 1, 1),
    ]


def test_months_of_more_than_a_year_ago_are_left_out_and_do_not_count():
    received = {date(2025, month, 1): 9**30 if month == 1 else month for month in range(1, 13)}
    found = charts.months(received | {date(2026, 1, 1): 1})
    assert [month.begins for month in found] == [
        date(2026, 1, 1),
        *(date(2025, month, 1) for month in range(12, 1, -1)),
    ]
    assert max(month.percent for month in found) == 100
    assert charts.months({date(2020, 1, 1): 1, date(2020, 2, 1): 1, date(2026, 1, 1): 1}) == []


@pytest.mark.parametrize(
    ("received", "place", "anchor", "moved", "words"),
    [
        (100, "50", "middle", "0.00%", "the same as the estimate"),
        (104, "75", "middle", "+4.00%", "more than the estimate"),
        (105, "81.25", "end", "+5.00%", "more than the estimate"),
        (95, "18.75", "start", "−5.00%", "less than the estimate"),
        (1, "3", "start", "−99.00%", "less"),
        (999, "97", "end", "+899.00%", "more"),
    ],
)
def test_the_strip_places_its_dot_between_the_limits(received, place, anchor, moved, words):
    """Words above a dot near an edge begin or end there, or a phone would cut them."""
    strip = charts.received_strip(100, received, Decimal(5))
    assert (Decimal(strip.dot.place), strip.dot.anchor, strip.moved) == (Decimal(place), anchor, moved)
    assert words in strip.sentence


def test_numbers_and_dates_are_written_as_the_readers_language_writes_them():
    with translation.override("de"):
        assert formats.coin(123_456_789_012) == "1.234,56789012"
        assert formats.amount(1_820_455_000, 5) == "18.204,55"
        assert formats.missing_places(1_050, 2) == "000000"
        assert formats.missing_places(5, 0) == ",00000000"
        assert formats.quiet("0,05420380") == '<span class="z">0,0</span>5420380'
        assert formats.rate(Decimal("0.01")) == "0,01000000"
        assert formats.rate_digits(Decimal("0.01")) == "0.01000000"
        assert formats.change(Decimal("-0.41")) == "−0,41\xa0%"
        assert formats.day(NOW) == "22. November 2026"
        assert formats.full_time(NOW) == "22. November 2026, 14:32:07 UTC"
        assert formats.when(NOW + timedelta(days=2), NOW) == "am 24. November 2026 um 14:32 UTC"
        assert formats.ago_if_old(NOW, NOW + timedelta(seconds=90)) == " (vor 1 Minute)"
        assert formats.duration(5_400) == "1 Stunde 30 Minuten"
