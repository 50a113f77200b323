from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.market import candidate, rates, row
from wallet import money
from wallet.market import guards
from wallet.market.paths import ARROW


def path(code, *rows, in_use=None):
    if code == "BTC":
        return rates(rows, [code])[code].path
    found = candidate(code, *rows, in_use=in_use)
    return ARROW.join(found.way.path) if found else None


# Dollars are known twice, so that ways may lead through them.
DOLLARS = [row("BTC", "USDT", "18229.9"), row("USDC", "USDT", "1.0000"), row("BTC", "USDC", "18229.9")]


def test_a_fine_direct_price_comes_first():
    assert path("ETH", row("ETH", "BTC", "0.07657"), row("ETH", "USDT", "1395.6"), *DOLLARS) == "ETH→BTC"


def test_a_coarse_direct_price_gives_way_to_a_finer_path():
    assert path("DOGE", row("DOGE", "BTC", "0.00000430"), row("DOGE", "USDT", "0.07846"), *DOLLARS) == "DOGE→USDT→BTC"


def test_a_coarse_price_is_better_than_none():
    assert path("DOGE", row("DOGE", "BTC", "0.00000430")) == "DOGE→BTC"


def test_a_path_in_use_is_kept_until_it_is_much_coarser():
    usdt = [row("XRP", "USDT", "0.34150"), *DOLLARS]
    nearly_fine = row("XRP", "BTC", "0.00001873", tick="0.00000006")
    assert path("XRP", nearly_fine, *usdt) == "XRP→USDT→BTC"
    assert path("XRP", nearly_fine, *usdt, in_use="XRP→BTC") == "XRP→BTC"
    coarse = row("XRP", "BTC", "0.00001873", tick="0.0000002")
    assert path("XRP", coarse, *usdt, in_use="XRP→BTC") == "XRP→USDT→BTC"


def test_m5_a_path_in_use_gives_way_when_it_is_more_than_a_percent_off_the_median():
    """M5: of three ways or more."""
    others = [row("ETH", "USDT", "1395.6"), row("ETH", "USDC", "1395.6"), *DOLLARS]
    assert path("ETH", row("ETH", "BTC", "0.07730"), *others, in_use="ETH→BTC") == "ETH→BTC"
    assert path("ETH", row("ETH", "BTC", "0.07740"), *others, in_use="ETH→BTC") == "ETH→USDT→BTC"


def test_a_path_in_use_that_is_gone_is_replaced():
    assert path("ETH", row("ETH", "BTC", "0.07657"), in_use="ETH→USDT→BTC") == "ETH→BTC"


def test_two_hops_are_taken_only_where_nothing_shorter_leads_to_btc():
    chain = [row("LUNC", "BUSD", "0.00016540"), row("BUSD", "USDT", "0.9998"), *DOLLARS]
    assert path("LUNC", *chain) == "LUNC→BUSD→USDT→BTC"
    assert path("LUNC", *chain, row("BTC", "BUSD", "18230.1")) == "LUNC→BUSD→BTC"


def test_without_a_path_there_is_no_rate():
    assert path("DOGE", row("DOGE", "XYZ", "1"), row("ETH", "BTC", "0.07")) is None
    assert path("BTC") == "BTC"


@pytest.mark.parametrize("text", [1.5, 15, Decimal("1.5"), b"1.5", "1.5 ", " 1.5", "1,5", "0x10", "1_0", "--1"])
def test_only_a_string_of_plain_digits_is_a_price(text):
    """A float, above all, is none: it has been rounded already."""
    assert guards.number(text) is None


decimals = st.builds(
    lambda digits, shift: f"{Decimal(digits).scaleb(-shift):f}", st.integers(1, 10**9), st.integers(0, 8)
)


@given(decimals, decimals)
def test_a_rate_is_the_exact_product_rounded_once(asset_price, btc_price):
    found = rates([row("DOGE", "EUR", asset_price, tick="1e-9"), row("BTC", "EUR", btc_price, tick="1e-9")], ["DOGE"])
    found = found.get("DOGE")
    exact = Fraction(asset_price) / Fraction(btc_price)
    if found is None:  # no price of anything: at the ceiling, or rounded up to it; or one tick is too much of it (M6)
        ticks = Fraction("1e-9") / Fraction(asset_price) + Fraction("1e-9") / Fraction(btc_price)
        assert exact > money.PRICE_CEILING - 1 or ticks > Fraction("0.0099")
        return
    assert found.rate_btc < money.PRICE_CEILING
    assert abs(Fraction(found.rate_btc) - exact) <= exact / 10**11 / 2
    assert len(found.rate_btc.as_tuple().digits) <= 12
