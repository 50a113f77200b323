"""Every documented rule at its boundary."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError

from wallet import validators

NOW = datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)


def refusal(rule, *values):
    found = rule(*values)
    assert found is not None
    return found


@pytest.mark.parametrize("code", ["ВТС", "ＢＴＣ", "btc", "BTC\n", "BT C", "", "A" * 17, "1inch", "B̈TC"])
def test_an_asset_code_is_plain(code):
    with pytest.raises(ValidationError):
        validators.validate_asset_code(code)


@pytest.mark.parametrize("name", ["\u202egnp", "a\nb", "a\tb", "\u200b", "–", "x\x00"])
def test_an_asset_name_reads_as_it_is_written(name):
    with pytest.raises(ValidationError):
        validators.validate_asset_name(name)


@pytest.mark.parametrize("name", ["Dogecoin", "1inch", "عملة", "Ω & <b>", "x" * 60])
def test_an_asset_name_may_be_in_any_letters(name):
    validators.validate_asset_name(name)


def test_r1_the_limit_itself_is_no_small_balance():
    limit = Decimal("0.0012")
    assert validators.validate_below_limit("DOGE", Decimal("0.00119999"), limit) is None
    assert validators.validate_below_limit("DOGE", Decimal("0.001199999999999999999999999999"), limit) is None
    assert refusal(validators.validate_below_limit, "DOGE", Decimal("0.0012"), limit).code == "over_limit"
    assert (
        refusal(validators.validate_below_limit, "DOGE", Decimal("0.00120000000000000000000001"), limit).code
        == "over_limit"
    )


def test_r1_the_refusal_names_the_limit_and_the_value_cut():
    found = refusal(validators.validate_below_limit, "DOGE", Decimal("0.002479149"), Decimal("0.00120000"))
    assert found.words.cause == "Worth 0.0012 BTC or more."
    assert "0.00247914 BTC" in found.words.detail


def test_r1_a_line_yields_at_least_one_unit():
    assert validators.validate_yield("DOGE", 1) is None
    assert refusal(validators.validate_yield, "DOGE", 0).code == "too_small"
    assert validators.validate_yield("DOGE", 2**63 - 1) is None
    assert refusal(validators.validate_yield, "DOGE", 2**63).code == "price_unavailable"


def test_r1_bnb_is_not_converted():
    for code in ("DOGE", "AAVE", "BNB2", "BN"):
        assert validators.validate_source(code) is None
    assert refusal(validators.validate_source, "BNB").code == "is_bnb"


@pytest.mark.parametrize("age", [timedelta(0), timedelta(seconds=21_599), timedelta(hours=6, microseconds=-1)])
def test_r7_within_six_hours_of_a_conversion_comes_no_other(age):
    found = refusal(validators.validate_interval, NOW, NOW + age, SIX_HOURS)
    assert found.code == "wait"
    assert found.text.startswith("You can convert again at 20:32 UTC on 22 November 2026.")
    assert "every 6 hours" in found.text


@pytest.mark.parametrize("age", [timedelta(seconds=21_600), timedelta(days=400)])
def test_r7_after_six_hours_one_may_convert_again(age):
    assert validators.validate_interval(NOW, NOW + age, SIX_HOURS) is None
    assert validators.validate_interval(None, NOW, SIX_HOURS) is None


@pytest.mark.parametrize("settled", ["1.05", "0.95", "1.0500000000001", "0.9499999999999", "2", "0.0001"])
def test_r9_p8_a_change_of_five_percent_or_more_stops(settled):
    """P8: up or down, exact."""
    found = refusal(validators.validate_change, "DOGE", Fraction(1), Fraction(settled), Decimal(5))
    assert found.code == "price_changed"


@pytest.mark.parametrize("settled", ["1.04999999999", "0.95000000001", "1"])
def test_r9_p8_less_than_five_percent_proceeds(settled):
    """P8: 4.999…% proceeds."""
    assert validators.validate_change("DOGE", Fraction(1), Fraction(settled), Decimal(5)) is None


def test_r9_is_not_fooled_by_rates_that_do_not_divide_evenly():
    quoted = Fraction("0.00000300000000001")
    # One part in 10^12 on either side of quoted × 1.05 = 0.0000031500000000105
    assert validators.validate_change("DOGE", quoted, Fraction("0.0000031500000000104"), Decimal(5)) is None
    assert refusal(validators.validate_change, "DOGE", quoted, Fraction("0.0000031500000000105"), Decimal(5))


@pytest.mark.parametrize(("tolerance", "within", "at"), [("0.5", "1.00499", "1.005"), ("2.5", "0.97501", "0.975")])
def test_r9_a_tolerance_may_be_a_part_of_a_percent(tolerance, within, at):
    assert validators.validate_change("DOGE", Fraction(1), Fraction(within), Decimal(tolerance)) is None
    found = refusal(validators.validate_change, "DOGE", Fraction(1), Fraction(at), Decimal(tolerance))
    assert found.code == "price_changed"
    assert (found.facts["change"], found.facts["tolerance"]) == (f"{tolerance}0", tolerance)


def test_r9_the_refusal_cuts_the_change():
    found = refusal(validators.validate_change, "DOGE", Fraction(1), Fraction("0.93816"), Decimal("5.000"))
    assert found.words.cause == "The price of DOGE in BNB moved 6.18%."
    assert "5% or more" in found.words.detail


def test_r6_only_listed_assets():
    assert validators.validate_listed("DOGE", "listed") is None
    day = date(2026, 11, 3)
    assert validators.validate_listed("DOGE", "listed", day, today=date(2026, 11, 2)) is None
    assert validators.validate_listed("DOGE", "listed", day, today=day).code == "delisted"
    assert refusal(validators.validate_listed, "DOGE", "unlisted").code == "unlisted"
    found = refusal(validators.validate_listed, "LUNC", "delisted", date(2026, 11, 3), date(2027, 2, 3))
    assert found.words.cause == "Delisted on 3 November 2026."
    assert "withdrawn until 3 February 2027" in found.words.detail
    assert refusal(validators.validate_listed, "LUNC", "delisted").words.cause == "Delisted."


@pytest.mark.parametrize("status", ["archived", "", "LISTED", "new"])
def test_r6_a_status_that_nobody_knows_is_not_listed(status):
    assert refusal(validators.validate_listed, "DOGE", status).code == "unlisted"


def test_r6_a_paused_asset_says_why():
    assert validators.validate_not_paused("GALA", None) is None
    assert "Network upgrade." in refusal(validators.validate_not_paused, "GALA", "Network upgrade.").text


def test_an_operators_reason_may_have_braces_and_percents():
    assert "100% {asset}" in refusal(validators.validate_not_paused, "GALA", "100% {asset}").text


@pytest.mark.parametrize(
    "rate", [None, Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal("1e12"), Decimal("2e12")]
)
def test_p10_an_unusable_price_never_counts(rate):
    """P10: missing, zero, negative or not finite."""
    assert refusal(validators.validate_price, "DOGE", rate, NOW, NOW).code == "price_unavailable"


def test_p10_a_price_counts_from_the_moment_on():
    """P10: a price that is too old never converts anything."""
    assert validators.validate_price("DOGE", Decimal(1), NOW, NOW) is None
    early = NOW - timedelta(microseconds=1)
    assert refusal(validators.validate_price, "DOGE", Decimal(1), early, NOW).code == "price_unavailable"
    assert refusal(validators.validate_price, "DOGE", Decimal(1), None, NOW).code == "price_unavailable"


def test_a_price_that_is_unavailable_says_why_where_that_is_known():
    told = {"why": "wide", "share": "7.21"}
    found = validators.validate_price("DOGE", None, None, NOW, told=told)
    assert found.facts == {"asset": "DOGE", **told}
    assert "7.21% apart" in found.text
    assert validators.validate_price("DOGE", Decimal(1), NOW, NOW, told=told) is None


def test_r9_rates_of_different_paths_are_not_compared():
    assert validators.validate_path("DOGE", "DOGE→BTC", "DOGE→BTC") is None
    assert refusal(validators.validate_path, "DOGE", "DOGE→BTC", "DOGE→USDT→BTC").code == "path_changed"
    assert refusal(validators.validate_path, "DOGE", "DOGE→USDT→BTC", "DOGE→BTC").code == "path_changed"


def test_r8_a_quote_can_be_confirmed_until_its_lifetime_has_passed():
    lifetime = timedelta(seconds=30)
    assert validators.validate_unexpired(NOW, NOW + timedelta(seconds=29.999), lifetime) is None
    assert refusal(validators.validate_unexpired, NOW, NOW + lifetime, lifetime).code == "quote_expired"


def test_r8_what_was_confirmed_is_converted_until_the_longest_wait_has_passed():
    wait = timedelta(seconds=120)
    assert validators.validate_in_time(NOW, NOW + wait - timedelta(microseconds=1), wait) is None
    late = refusal(validators.validate_in_time, NOW, NOW + wait, wait)
    assert (late.code, json.dumps(late.facts)) == ("too_late", '{"longest_wait": 120}')  # as it is kept: no fraction


def test_p19_m10_the_most_is_paid_and_nothing_beyond_it():
    """P19: the equal case is within."""
    assert validators.validate_house_limit(0, 100, 100) is None
    assert validators.validate_house_limit(99, 1, 100) is None
    assert refusal(validators.validate_house_limit, 100, 1, 100).code == "house_limit"
    beyond = refusal(validators.validate_house_limit, 0, 2**80, 100)
    assert (beyond.code, beyond.facts) == ("house_limit", {})  # the house's figures are no customer's


def test_r4_the_balance_covers_the_amount():
    assert validators.validate_covered("DOGE", 10, 10) is None
    assert refusal(validators.validate_covered, "DOGE", 9, 10).code == "balance_changed"
