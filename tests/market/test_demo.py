from datetime import UTC, datetime, timedelta
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.market import rates
from wallet import money
from wallet.market.books import CORE
from wallet.market.demo import Demo
from wallet.market.demo_assets import DEMO_ASSETS
from wallet.market.guards import off
from wallet.market.limits import Limits

START = datetime(2026, 11, 22, tzinfo=UTC)


def at(seconds):
    found = rates(Demo(lambda: START + timedelta(seconds=seconds)).rows(), [entry.code for entry in DEMO_ASSETS])
    return {code: rate.rate_btc for code, rate in found.items()}


def test_it_has_at_least_sixty_assets_with_btc_bnb_fiat_and_stable_coins():
    codes = {entry.code for entry in DEMO_ASSETS}
    assert len(codes) == len(DEMO_ASSETS) >= 60
    assert {"BTC", "BNB", "EUR", "USDT", "USDC", "ETH", "DOGE"} <= codes


def test_it_prices_everything_but_what_it_says_it_does_not():
    assert set(at(0)) == {entry.code for entry in DEMO_ASSETS if entry.usd is not None}


def test_the_same_time_gives_the_same_prices():
    assert at(1234) == at(1234)


def test_it_is_lively_and_never_near_the_tolerance_within_two_minutes():
    before = at(0)
    for seconds in range(10, 130, 10):
        now = at(seconds)
        changes = [abs(Fraction(now[code]) / Fraction(before[code]) - 1) for code in before if code != "BTC"]
        assert sum(change > 0 for change in changes) > len(changes) * 9 // 10
        assert max(changes) < Fraction(4, 100)


def jumping(seconds):
    found = rates(Demo(lambda: START + timedelta(seconds=seconds)).rows(), ["JUMP", "BNB"])
    return {code: Fraction(rate.rate_btc) for code, rate in found.items()}


@pytest.mark.parametrize("start", [0, 7, 14, 22, 29, 40, 1_931, 86_393])
@pytest.mark.parametrize("later", [15, 20, 29])
def test_the_jumping_asset_is_over_the_tolerance_a_quarter_of_a_minute_later(start, later):
    before, after = jumping(start), jumping(start + later)
    change = (after["JUMP"] / after["BNB"]) / (before["JUMP"] / before["BNB"]) - 1
    assert abs(change) >= Fraction(5, 100)


@pytest.mark.parametrize("start", range(0, 4_000, 97))
def test_the_jumping_asset_is_always_believed(start):
    """M7: never further from the median of the last minutes than an asset may be, however the rounds fall."""
    seen = [jumping(start + seconds)["JUMP"] for seconds in range(0, 300, 10)]
    for count in (1, 3, len(seen)):
        usual = median(seen[-count:])
        assert all(abs(jumping(start + 300 + more)["JUMP"] / usual - 1) < Limits().jump for more in range(0, 45, 5))


PAUSES = st.integers(0, 2_000_000_000).map(lambda number: number / 1000)  # seconds


@given(start=PAUSES, pause=PAUSES)
def test_whatever_is_begun_again_after_a_pause_is_believed(start, pause):
    """M7, which compares with the last price of a day where there is none of the last minutes."""
    before, after = ({"JUMP": jumping(seconds)["JUMP"], **at(seconds)} for seconds in (start, start + pause))
    for code in after:
        at_most = Limits().core_jump if code in CORE else Limits().jump
        assert off(after[code], before[code]) <= at_most, code


def test_the_greatest_supply_fits_every_scale():
    supplies = {
        "SHIB": 589 * 10**12,
        "PEPE": 421 * 10**12,
        "BTTC": 990 * 10**12,
        "LUNC": 6_900 * 10**9,
        "DOGE": 150 * 10**9,
    }
    for entry in DEMO_ASSETS:
        supply = supplies.get(entry.code, 90 * 10**9)
        assert supply * 10**entry.scale <= money.MAX_UNITS, entry.code
