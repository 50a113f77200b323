from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from wallet import money

units = st.integers(1, money.MAX_UNITS)
scales = st.integers(0, money.MAX_SCALE)
# A price as it is stored: up to 12 digits, anywhere between 10^-18 and 10^6 BTC.
rates = st.builds(lambda digits, shift: Decimal(digits).scaleb(-shift), st.integers(1, 10**12 - 1), st.integers(6, 29))
percents = st.integers(0, 100_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))


@pytest.mark.parametrize(
    ("text", "scale", "expected"),
    [("12.5", 8, 1_250_000_000), ("0.00000001", 8, 1), ("10", 0, 10), ("00.10", 2, 10), ("0", 8, 0)],
)
def test_an_amount_becomes_units_exactly(text, scale, expected):
    assert money.to_units(text, scale) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "1_000", "１２", "٣", "1e5", "-0", "-1", "+1", "1.", ".5", "NaN", "inf", "1,5", "1 000", "1\n", "9" * 41],
)
def test_what_is_not_plain_digits_is_no_amount(text):
    with pytest.raises(money.AmountError):
        money.to_units(text, 8)


def test_what_is_no_amount_is_quoted_as_far_as_sixty_characters():
    with pytest.raises(money.AmountError, match=f"^“{'x' * 60}” is not an amount"):
        money.to_units("x" * 70, 8)


def test_an_amount_is_never_rounded():
    with pytest.raises(money.AmountError, match="more than 2 decimal places"):
        money.to_units("1.005", 2)


def test_an_amount_that_does_not_fit_is_refused():
    assert money.to_units("92233720368.54775807", 8) == money.MAX_UNITS
    with pytest.raises(money.AmountError, match="more than can be kept"):
        money.to_units("92233720368.54775808", 8)


@given(units, scales)
def test_units_survive_the_way_through_decimal(amount, scale):
    assert money.to_units(f"{money.to_decimal(amount, scale):f}", scale) == amount


@given(units, scales, rates)
def test_a_value_is_exact(amount, scale, rate):
    assert Fraction(money.value_btc(amount, scale, rate)) == Fraction(amount, 10**scale) * Fraction(rate)


@given(units, scales, rates)
@example(money.MAX_UNITS, 0, Decimal(1))
def test_a_value_in_satoshis_is_rounded_down_to_the_last_digit(amount, scale, rate):
    exact = Fraction(amount, 10**scale) * Fraction(rate) * 10**8
    value = money.value_sats(amount, scale, rate)
    assert value <= exact < value + 1


@given(units, scales, rates, rates)
def test_p11_gross_is_the_largest_whole_number_of_units_that_the_market_gives(amount, scale, rate, bnb):
    """P11: rounded down, once."""
    exact = Fraction(amount, 10**scale) * Fraction(rate) / Fraction(bnb) * 10**8
    gross = money.gross_units(amount, scale, rate, bnb)
    assert gross <= exact < gross + 1


@given(st.integers(0, money.MAX_UNITS), percents)
@example(1_000, Decimal("0.1"))  # one unit exactly
def test_p11_a_fee_is_rounded_up_and_never_above_the_gross_amount(gross, percent):
    """P11: a fee is rounded up, once."""
    exact = Fraction(gross) * Fraction(percent) / 100
    fee = money.fee_units(gross, percent)
    assert fee - 1 < exact <= fee <= gross


@given(st.lists(st.integers(1, 10**15), min_size=2, max_size=6), rates, rates, percents)
def test_p11_splitting_a_balance_never_brings_more(parts, rate, bnb, percent):
    """P11: no sequence of conversions, split or merged, gives a customer more than the market does."""

    def net(amount):
        return money.figures(units=amount, scale=8, rate_btc=rate, bnb_rate_btc=bnb, fee_percent=percent).net

    market = Fraction(sum(parts), 10**8) * Fraction(rate) / Fraction(bnb) * 10**8
    assert sum(net(part) for part in parts) <= market
    assert net(sum(parts)) <= market


def test_figures_of_a_worked_example():
    """48.7731 DOGE at 0.00000199130864416, BNB at 0.00934273, 2% fee."""
    figures = money.figures(
        units=48_773_100,
        scale=6,
        rate_btc=Decimal("0.00000199130864416"),
        bnb_rate_btc=Decimal("0.00934273"),
        fee_percent=Decimal(2),
    )
    # 48.7731 × 0.00000199130864416 = 0.0000971222956…; ÷ 0.00934273 = 0.0103955…; 2% of 1039549 is 20790.98
    assert figures == money.Figures(gross=1_039_549, fee=20_791, net=1_018_758, value=9712)


def test_a_total_only_adds_its_lines():
    assert money.total([money.Figures(3, 1, 2, 9), money.Figures(5, 1, 4, 1)]) == money.Figures(8, 2, 6, 10)
    assert money.total([]) == money.Figures(0, 0, 0, 0)


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "sNaN", "Infinity", "-Infinity", "1e12", "1e-31", "4e-31"])
def test_p10_an_unusable_price_is_none(price):
    """P10: zero, negative, not finite, out of range, or nothing left of it."""
    assert money.round_price(Decimal(price)) is None


@pytest.mark.parametrize(
    ("price", "stored"),
    [
        ("0.0000019913086441649", "0.00000199130864416"),
        ("1.000000000005", "1"),
        ("1.0000000000150000001", "1.00000000002"),
        ("123456789012.5", "123456789012"),
        ("1.23456e-26", "1.2346e-26"),
        ("999999999999", "999999999999"),
        ("999999999999.9", None),
    ],
)
def test_a_price_keeps_twelve_digits_rounded_half_to_even(price, stored):
    rounded = money.round_price(Decimal(price))
    assert rounded == (Decimal(stored) if stored else None)


@pytest.mark.parametrize(
    ("quoted", "settled", "shown"),
    [
        ("1", "1.04996", "4.99"),
        ("1", "0.95004", "-4.99"),
        ("1", "1.05", "5.00"),
        ("3", "3", "0.00"),
        ("3", "2", "-33.33"),
        ("1", "3", "200.00"),
    ],
)
def test_a_change_in_percent_is_cut_and_never_rounded(quoted, settled, shown):
    assert str(money.cut_percent(money.change(Decimal(quoted), Decimal(settled)))) == shown


@pytest.mark.parametrize(
    ("path", "rate"),
    [
        ([], Fraction(1)),
        ([("0.1", "along"), ("0.00002", "along")], Fraction(2, 10**6)),
        ([("7", "against")], Fraction(1, 7)),
        ([("0.3", "along"), ("64000", "against"), ("3", "against")], Fraction(3, 1_920_000)),
    ],
)
def test_an_exact_rate_is_multiplied_along_its_path_and_divided_where_the_market_runs_against_it(path, rate):
    assert money.exact_rate({"price": price, "way": way} for price, way in path) == rate


# Fractions anywhere between far below what can be stored and above the greatest price.
exact_prices = st.builds(
    lambda top, bottom, shift: Fraction(top, bottom) * Fraction(10) ** shift,
    st.integers(1, 10**20),
    st.integers(1, 10**20),
    st.integers(-36, 14),
)
# A stored price and a half of the last digit that it may have: exactly in the middle, and next to it on both sides.
ties = st.builds(
    lambda digits, shift, beside: (Fraction(2 * digits + 1, 2) + Fraction(beside, 10**60)) * Fraction(10) ** shift,
    st.integers(0, 10**12 - 1),
    st.integers(-30, 3),
    st.sampled_from([-1, 0, 1]),
)


def rounded_by_hand(exact):
    """The multiple of the last place kept that is nearest, the even one of two: written from the words alone."""
    place = Fraction(1, 10**30)
    while exact >= place * 10**12:
        place *= 10
    below = exact // place
    rest = exact - below * place
    up = rest > place / 2 or (rest == place / 2 and below % 2 == 1)
    rounded = (below + up) * place
    return rounded if 0 < rounded < 10**12 and exact < 10**12 else None


@given(exact_prices | ties)
@example(Fraction("0.1234567890125") / 10**18)  # 12 digits and 30 places meet: 0.123456789012 × 10^-18
@example(Fraction("1234567890.1249999999995") / 10**28)  # to 12 digits and then to 30 places it would be …013
@example(Fraction("0.5") / 10**30)
@example(Fraction("1.5") / 10**30)
@example(Fraction("9.999999999995"))
@example(Fraction("999999999999.5"))
def test_a_price_is_rounded_once_half_to_even(exact):
    """To 12 digits or to 30 places, whichever keeps less; never to one and then to the other."""
    rounded, by_hand = money.round_price(exact), rounded_by_hand(exact)
    assert (rounded is None) == (by_hand is None)
    if rounded is not None:
        assert Fraction(rounded) == by_hand
        assert len(rounded.as_tuple().digits) <= 12
        assert rounded.as_tuple().exponent >= -30
        assert money.is_rounded_from(rounded, exact)


@given(st.integers(1, 10**10 - 1), st.integers(-9, 0), st.integers(10**11, 10**12 - 1), st.integers(-18, -12))
def test_a_price_comes_out_of_two_stored_ones_as_it_went_in(digits, shift, currency, place):
    """What the market says in a currency, with ten digits, is told again by its price in BTC and the currency's."""
    said, rate = digits * Fraction(10) ** shift, currency * Fraction(10) ** place
    stored = money.round_price(said * rate), money.round_price(rate)
    assert money.round_price(Fraction(stored[0]) / Fraction(stored[1]), money.RATIO_DIGITS) == said


@given(exact_prices | ties, st.sampled_from([1, -1]))
@example(Fraction("1000000000014") / 10**20, 1)
@example(Fraction("1.0000000000050000001"), -1)
def test_a_stored_rate_is_told_from_its_neighbours(exact, way):
    """Also from the one that is nearly as near."""
    rate = money.round_price(exact)
    assume(rate is not None)
    digit = Decimal(1).scaleb(max(rate.adjusted() - 11, -30))
    assert not money.is_rounded_from(rate + way * digit, exact)


@pytest.mark.parametrize(
    "legs",
    [
        None,
        5,
        "nonsense",
        [5],
        [None],
        [{}],
        [{"price": None}],
        [{"price": 5}],
        [{"price": ["5"]}],
        *([{"price": text}] for text in ("", "0", "0.0", "0e5", "-1", "+1", "NaN", "1/3", "1_0", " 1", "1e9999", "٣")),
    ],
)
def test_p10_what_are_no_prices_along_a_path_has_no_rate(legs):
    """P10: neither along nor against the market is anything reckoned with a price that is none."""
    with pytest.raises(money.LegsError):
        money.exact_rate(legs)
    if isinstance(legs, list) and isinstance(legs[0], dict):
        with pytest.raises(money.LegsError):
            money.exact_rate([{**legs[0], "way": "against"}])


def seen(quoted, settled, path="A→BTC", settled_path="A→BTC"):
    def legs(price):
        return None if price is None else [{"symbol": "ABTC", "price": price}]

    return money.Seen(path, legs(quoted), settled_path, legs(settled))


def test_rates_in_bnb_are_exact_fractions_of_both_paths():
    rates = money.bnb_rates(seen("0.3", "0.7"), seen("7", "3"))
    assert rates == (Fraction(3, 70), Fraction(7, 30))
    assert rates.change == Fraction(40, 9)


@pytest.mark.parametrize(
    ("asset", "bnb"),
    [
        (seen("1", None), seen("1", "1")),
        (seen("1", "1"), seen("1", None)),
        (seen("1", "1", settled_path="A→USDT→BTC"), seen("1", "1")),
        (seen("1", "1"), seen("1", "1", settled_path="A→USDT→BTC")),
    ],
)
def test_rates_in_bnb_are_not_compared_without_both_prices_by_both_paths(asset, bnb):
    assert money.bnb_rates(asset, bnb) is None
    assert money.bnb_rates(seen("1", "1"), seen("1", "1")).change == 0


@pytest.mark.parametrize(("quoted", "settled"), [("A→BTC", "A→USDT→BTC"), ("A→USDT→BTC", "A→BTC")])
def test_r9_rates_in_bnb_are_compared_along_the_same_paths_only(quoted, settled):
    legs = [{"symbol": "ABTC", "price": "0.002"}]
    same = money.Seen(quoted, legs, quoted, legs)
    other = money.Seen(quoted, legs, settled, legs)
    assert money.bnb_rates(same, same) == money.BnbRates(Fraction(1), Fraction(1))
    assert money.bnb_rates(other, same) is None
    assert money.bnb_rates(same, other) is None
