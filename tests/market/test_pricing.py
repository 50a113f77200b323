"""What a round comes to: the rules M5–M9 together, and how far from the fallback's word a price can be."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.market import NOW, priced, row, rows_of
from wallet.market.guards import History, Rule, Sample

FAIR = {"BNB": "0.01", "DOGE": "0.000002"}
CODES = ("BNB", "DOGE")
# As far from fair as a price may be (P19).
CLOSE = Fraction(5, 100)


def kept_out(found):
    return {code: one.rule for code, one in found.kept_out.items()}


def venue(bnb="1", doge="1"):
    """A market that says so many times what is fair: of DOGE by its market with BTC, of BNB by that and dollars."""
    return rows_of(
        {"BNB": f"{Decimal(FAIR['BNB']) * Decimal(bnb):f}", "DOGE": f"{Decimal(FAIR['DOGE']) * Decimal(doge):f}"}
    )


def history(code, rate, rule=""):
    return {code: History([Sample(NOW - timedelta(seconds=10), Decimal(rate), 2, rule)])}


@pytest.mark.parametrize(
    ("bnb", "doge", "rules"),
    [
        ("1", "1.05", {}),
        ("1", "1.0501", {"DOGE": Rule.FALLBACK}),
        ("1", "0.9499", {"DOGE": Rule.FALLBACK}),
        ("0.98", "0.98", {}),
        ("0.98", "1.029", {}),
        ("0.98", "1.0291", {"DOGE": Rule.FALLBACK}),
        ("1.02", "0.969", {}),
        ("1.02", "0.9689", {"DOGE": Rule.FALLBACK}),
        ("0.9799", "1.05", {"BNB": Rule.FALLBACK}),
        ("0.9799", "1.0501", {"BNB": Rule.FALLBACK, "DOGE": Rule.FALLBACK}),
    ],
)
def test_m9_what_an_asset_brings_in_bnb_is_within_5_percent_of_what_the_fallback_says(bnb, doge, rules):
    """M9, P19: whatever its other numbers look like; a BNB that is kept out itself says nothing of the rest."""
    assert kept_out(priced(venue(bnb, doge), CODES, theirs=FAIR)) == rules


def test_m9_what_the_fallback_does_not_price_is_judged_without_it_but_not_by_one_way_alone():
    """M6."""
    assert kept_out(priced(venue(), CODES, theirs={"BNB": FAIR["BNB"]})) == {"DOGE": Rule.ONE_WAY}
    assert kept_out(priced(venue(), CODES)) == {}


def test_m7_the_fallback_confirms_a_jump():
    before = history("DOGE", "0.000004")
    assert kept_out(priced(venue(), CODES, history=before)) == {"DOGE": Rule.JUMP}
    assert kept_out(priced(venue(), CODES, history=before, theirs=FAIR)) == {}
    assert kept_out(priced(venue(), CODES, history=before, theirs={**FAIR, "DOGE": "0.000004"})) == {
        "DOGE": Rule.FALLBACK
    }


def test_m3_an_asset_whose_bid_is_too_small_for_a_price_is_named():
    """Its middle can be stored, which the bid alone cannot: it has no price, and the record says why."""
    found = priced([*venue(), row("SHIB", "BTC", "4.95e-31", ask="5.10e-31", tick="1e-40")], (*CODES, "SHIB"))
    assert "SHIB" not in found.rates
    assert kept_out(found) == {"SHIB": Rule.RAW}


@given(
    bnb=st.decimals("0.5", "2", places=4),
    doge=st.decimals("0.5", "2", places=4),
    spread=st.decimals(0, "0.02", places=4),
)
def test_p19_no_market_that_is_wrong_makes_a_price_above_fair(bnb, doge, spread):
    """P19: what an asset brings in BNB, by its bid and BNB's ask, is never more than 5% above fair."""
    rows = [
        one._replace(bid=f"{Decimal(str(one.bid)) * (1 - spread):f}", ask=f"{Decimal(str(one.ask)) * (1 + spread):f}")
        for one in venue(f"{bnb}", f"{doge}")
    ]
    rates = priced(rows, CODES, theirs=FAIR).rates
    brings = [Fraction(rates["DOGE"].rate_btc) / Fraction(rates["BNB"].rate_btc)] if len(rates) == len(CODES) else []
    assert all(rate <= Fraction(FAIR["DOGE"]) / Fraction(FAIR["BNB"]) * (1 + CLOSE) for rate in brings)
