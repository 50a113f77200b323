"""What can happen to a site with two customers, in any order that hypothesis can think of."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

CODES = ["DOGE", "ETH", "EUR", "LUNC"]
RATES = {"DOGE": "0.000002", "ETH": "0.05", "EUR": "0.00002", "LUNC": "0.0000000013", "BNB": "0.01"}
HELD = {"DOGE": 100_000_000, "ETH": 1_000_000, "EUR": 1_000}
# Changes of a price that meet the tolerance from both sides, and others that carry a balance over the limit.
# 1.071 ÷ 1.02 and 0.931 ÷ 0.98 meet it where BNB moved as well.
CHANGES = ["1.05", "0.95", "1.05", "0.95", "1.0499999", "0.9500001", "1.02", "0.98", "1.071", "0.931", "1.3"]
# Deposits that carry a balance to the limit and to one unit below it, at the rates above.
TOP_UPS = [("DOGE", 500_000_000), ("DOGE", 499_999_999), ("ETH", 1_400_000), ("ETH", 1_399_999), ("EUR", 4_999)]
# New policy versions: the product's field and value, the model's.
POLICIES = {
    "fee": [("fee_percent", Decimal("0.1"), Fraction(1, 1000)), ("fee_percent", Decimal(0), Fraction(0))],
    "limit": [("dust_limit_btc", Decimal("0.0004"), Fraction(4, 10_000))],
    "tolerance": [("tolerance_percent", Decimal(2), Fraction(2, 100))],
    "interval": [("interval_seconds", 3_600, 3_600), ("interval_seconds", 21_600, 21_600)],
    "lifetime": [("quote_seconds", 20, 20)],
    # As much as ETH alone brings at the rates above.
    "breaker": [("breaker_bnb", Decimal("0.05"), 5_000_000), ("breaker_bnb", Decimal(1_000), 10**11)],
}

codes = st.sampled_from(CODES)
who = st.sampled_from([0, 0, 0, 1])
changes = st.lists(st.tuples(st.sampled_from([*CODES, "BNB"]), st.sampled_from(CHANGES)), max_size=2)
STEPS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "convert": {
        "who": who,
        "chosen": st.sets(st.sampled_from(sorted(HELD)), min_size=1),
        "confirm_after": st.sampled_from([1, 1, 1, 0, 29, 30]),
        "changes": changes,
        "top_up": st.sampled_from([None, None, *TOP_UPS]),
        "barred": st.sampled_from([None, None, None, *CODES]),
        "is_tight": st.sampled_from([False, False, True]),
        "crashes": st.sampled_from([0, 0, 0, 1, 4, 5]),
        "settle_after": st.sampled_from([1, 1, 1, 0, 119, 120]),
        "fresh": st.sampled_from([True, True, True, False]),
        "together": st.booleans(),
        "then": st.sampled_from([0, 21_599, 21_600, 21_600, 21_600]),
    },
    "deposit": {"who": who, "code": codes, "units": st.integers(1, 10**8)},
    "adjust": {"who": who, "code": codes, "units": st.sampled_from([-(10**9), -(10**6), -1, 1, 10**6])},
    "wait": {"seconds": st.sampled_from([1, 29, 30, 60, 61, 120, 3_600, 21_599, 21_600])},
    "price_changes": {"code": st.sampled_from([*CODES, "BNB"]), "change": st.sampled_from(CHANGES)},
    "price_disappears": {"code": codes},
    "bar": {"code": codes, "how": st.sampled_from([None, "delisted", "unlisted", "paused"])},
    "policy": {"name": st.sampled_from(sorted(POLICIES)), "version": st.integers(0, 1)},
    "opening": {"is_open": st.booleans()},
    "quote": {"who": who, "chosen": st.lists(st.sampled_from([*CODES, "BNB", "BTC", "NOPE"]), max_size=4)},
    "confirm": {"who": who, "back": st.integers(1, 4)},
    "crash": {"who": who},
    "settle": {"who": who, "fresh": st.booleans()},
    "settle_round": {"fresh": st.booleans()},
}


def step(name: str) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(name), st.fixed_dictionaries(STEPS[name]))


between = st.lists(st.one_of([step(name) for name in STEPS if name != "convert"]), max_size=2)
lives = st.lists(st.tuples(between, step("convert")), min_size=2, max_size=5)
