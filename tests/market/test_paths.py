from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet import money
from wallet.market.paths import rates
from wallet.market.source import parse_ticker

NOW = datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)


def ticker(base, quote, price, tick=None):
    return parse_ticker(symbol=base + quote, base=base, counter=quote, text=price, tick=tick)


def path(code, *tickers, in_use=None):
    found = rates(tickers, [code], {code: in_use} if in_use else {})
    return found[code].path if code in found else None


def test_a_fine_direct_price_comes_first():
    assert path(
        "ETH", ticker("ETH", "BTC", "0.07657"), ticker("ETH", "USDT", "1395.6"), ticker("BTC", "USDT", "18229.9")
    ) == ("ETH→BTC")


def test_a_coarse_direct_price_gives_way_to_a_finer_path():
    usdt = [ticker("DOGE", "USDT", "0.07846"), ticker("BTC", "USDT", "18229.9")]
    assert path("DOGE", ticker("DOGE", "BTC", "0.00000012"), *usdt) == "DOGE→USDT→BTC"


def test_a_coarse_price_is_better_than_none():
    assert path("DOGE", ticker("DOGE", "BTC", "0.00000012")) == "DOGE→BTC"


def test_a_path_in_use_is_kept_until_it_is_much_coarser():
    usdt = [ticker("XRP", "USDT", "0.34150"), ticker("BTC", "USDT", "18229.9")]
    nearly_fine = ticker("XRP", "BTC", "0.00000450", tick="0.00000001")
    assert path("XRP", nearly_fine, *usdt) == "XRP→USDT→BTC"
    assert path("XRP", nearly_fine, *usdt, in_use="XRP→BTC") == "XRP→BTC"
    coarse = ticker("XRP", "BTC", "0.00000012", tick="0.00000001")
    assert path("XRP", coarse, *usdt, in_use="XRP→BTC") == "XRP→USDT→BTC"


def test_a_path_in_use_that_is_gone_is_replaced():
    assert path("ETH", ticker("ETH", "BTC", "0.07657"), in_use="ETH→USDT→BTC") == "ETH→BTC"


def test_two_hops_are_taken_only_where_nothing_shorter_leads_to_btc():
    chain = [ticker("LUNC", "BUSD", "0.00016540"), ticker("BUSD", "USDT", "0.9998"), ticker("BTC", "USDT", "18229.9")]
    assert path("LUNC", *chain) == "LUNC→BUSD→USDT→BTC"
    assert path("LUNC", *chain, ticker("BTC", "BUSD", "18230.1")) == "LUNC→BUSD→BTC"


def test_without_a_path_there_is_no_rate():
    assert path("DOGE", ticker("DOGE", "XYZ", "1"), ticker("ETH", "BTC", "0.07")) is None
    assert path("BTC") == "BTC"


@pytest.mark.parametrize("text", [1.5, 15, Decimal("1.5"), b"1.5", "1.5 ", " 1.5", "1,5", "0x10", "1_0", "--1"])
def test_only_a_string_of_plain_digits_is_a_price(text):
    """A float, above all, is none: it has been rounded already."""
    assert ticker("A", "B", text) is None


decimals = st.builds(
    lambda digits, shift: f"{Decimal(digits).scaleb(-shift):f}", st.integers(1, 10**9), st.integers(0, 8)
)


@given(decimals, decimals)
def test_a_rate_is_the_exact_product_rounded_once(asset_price, btc_price):
    tickers = [ticker("DOGE", "USDT", asset_price), ticker("BTC", "USDT", btc_price)]
    found = rates(tickers, ["DOGE"], {}).get("DOGE")
    exact = Fraction(asset_price) / Fraction(btc_price)
    if found is None:  # no price of anything: at the ceiling, or rounded up to it
        assert exact > money.PRICE_CEILING - 1
        return
    assert found.rate_btc < money.PRICE_CEILING
    assert abs(Fraction(found.rate_btc) - exact) <= exact / 10**11 / 2
    assert len(found.rate_btc.as_tuple().digits) <= 12
