"""What customers think of money in: which currency it is, and what something is worth in it: exactly, and cut once."""

from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from environ import Env
from hypothesis import given
from hypothesis import strategies as st

from dustsite.currencies import DEFAULT, configured
from tests.support import pages
from tests.support.clock import Clock
from tests.support.market import rates, row
from wallet import currencies, formats, money
from wallet.market.demo import Demo
from wallet.models import Asset, Price
from wallet.portfolio import Holding, Portfolio

RATES = st.decimals(Decimal("0.00000001"), Decimal(10_000), places=8)


def cut(value_btc, rate):
    """Independently: the value divided by the rate, cut to two places, with more digits than there can be."""
    with localcontext(prec=200):
        return (Decimal(value_btc) / Decimal(rate)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


# --- reckoning --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**15), st.integers(0, 18), RATES, RATES)
def test_a_worth_is_exact_and_cut_once(units, scale, rate, currency_rate):
    found = money.hundredths(units, scale, rate, currency_rate)
    assert found == Fraction(units) * Fraction(rate) / Fraction(10) ** scale / Fraction(currency_rate) * 100
    with localcontext(prec=200):
        value = Decimal(units).scaleb(-scale) * rate
    assert Decimal(formats.hundredths_digits(found)) == cut(value, currency_rate)


@given(st.lists(st.tuples(st.integers(1, 10**12), RATES), max_size=40), RATES, RATES)
def test_a_wallets_total_is_exact_and_never_less_than_its_small_balances(balances, bnb_rate, currency_rate):
    held = []
    for units, rate in balances:
        figures = money.figures(units=units, scale=8, rate_btc=rate, bnb_rate_btc=bnb_rate, fee_percent=Decimal(0))
        worth = money.hundredths(units, 8, rate, currency_rate)
        held.append(Holding(Asset(code="X", scale=8), units, None, figures, figures.value, None, worth))
    wallet = Portfolio(pages.policy(), pages.NOW, Price(rate_btc=bnb_rate), held, None, "EUR", currency_rate)
    value = sum((Fraction(units) * Fraction(rate) / 10**8 for units, rate in balances), Fraction(0))
    assert wallet.worth == value / Fraction(currency_rate) * 100
    assert wallet.worth >= wallet.bnb_worth(wallet.everything.figures.net)


@pytest.mark.parametrize("market", [row("BTC", "EUR", "52631.58"), row("EUR", "BTC", "0.0000190000")])
def test_a_rate_comes_from_the_markets_own_prices_whichever_way_they_trade_it(market):
    found = rates([market], ["EUR"])["EUR"]
    exact = money.exact_rate(found.legs)
    assert exact in (1 / Fraction("52631.58"), Fraction("0.000019"))
    assert found.rate_btc == money.round_price(exact)
    worth = money.hundredths(12_345_678, 8, Decimal(1), found.rate_btc)
    assert formats.hundredths_digits(worth) == f"{cut('0.12345678', found.rate_btc)}"


def test_an_amount_of_the_currency_itself_is_worth_what_it_is():
    for rate in ("0.0000166904784159", "0.000019", "3"):
        assert money.hundredths(318, 2, Decimal(rate), Decimal(rate)) == 318


@pytest.mark.parametrize(
    ("hundredths", "currency", "english", "german"),
    [
        (Fraction(1234), "EUR", "≈ €12.34", "≈ 12,34 €"),
        (Fraction(12349, 10), "USD", "≈ $12.34", "≈ 12,34 $"),
        (Fraction(123456700), "GBP", "≈ £1,234,567.00", "≈ 1.234.567,00 £"),
        (Fraction(1234), "TRY", "≈ 12.34 TRY", "≈ 12,34 TRY"),
        (Fraction(1), "EUR", "≈ €0.01", "≈ 0,01 €"),
        (Fraction(999, 1000), "EUR", "<€0.01", "<0,01 €"),
        (Fraction(1, 10**9), "PLN", "<0.01 PLN", "<0,01 PLN"),
        (Fraction(0), "EUR", "≈ €0.00", "≈ 0,00 €"),
        (None, "EUR", "", ""),
    ],
)
def test_what_is_worth_something_never_reads_as_nothing(hundredths, currency, english, german):
    for language, words in (("en", english), ("de", german)):
        with translation.override(language):
            assert formats.worth(hundredths, currency).replace("\N{NO-BREAK SPACE}", " ") == words


# --- which currency ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "language", "currency"),
    [
        ("", "de", "EUR"),
        ("", "de-at", "EUR"),
        ("", "en", "USD"),
        ("GBP", "de", "GBP"),
        ("none", "de", ""),
        ("CHF", "de", "EUR"),  # which is offered no longer
    ],
)
def test_a_customer_chooses_and_until_then_the_language_does(stored, language, currency):
    assert currencies.chosen(stored, language) == currency


def test_where_the_languages_currency_is_not_offered_it_is_the_first_that_is(settings):
    settings.REFERENCE_CURRENCIES = {"TRY": "TRY", "USD": "USDT"}
    assert (currencies.chosen("", "de"), currencies.chosen("", "en")) == ("TRY", "USD")
    settings.REFERENCE_CURRENCIES = {}
    assert currencies.chosen("", "en") == ""


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        (None, {code: code for code in DEFAULT}),
        ("EUR, USD=USDT", {"EUR": "EUR", "USD": "USDT"}),
        ("", {}),
    ],
)
def test_the_operator_names_the_currencies_and_by_which_assets_price_they_go(monkeypatch, text, offered):
    monkeypatch.delenv("REFERENCE_CURRENCIES", raising=False)
    if text is not None:
        monkeypatch.setenv("REFERENCE_CURRENCIES", text)
    assert configured(Env()) == offered


@pytest.mark.parametrize("text", ["eur", "EUR,EUR", "=USDT", "EUR=", "USD=US DT", "EUR;USD", "X" * 17])
def test_what_names_no_currency_is_refused_at_the_start(monkeypatch, text):
    monkeypatch.setenv("REFERENCE_CURRENCIES", text)
    if text == "EUR=":
        assert configured(Env()) == {"EUR": "EUR"}
        return
    with pytest.raises(ImproperlyConfigured, match="REFERENCE_CURRENCIES must name currencies"):
        configured(Env())


@pytest.mark.parametrize("code", ["BTC", "BNB"])
def test_what_pages_show_beside_it_is_no_reference_currency(monkeypatch, code):
    monkeypatch.setenv("REFERENCE_CURRENCIES", f"EUR,{code}=USDT")
    with pytest.raises(ImproperlyConfigured, match=f"{code} is shown anyway"):
        configured(Env())


def test_the_demonstration_quotes_every_currency_that_is_offered():
    traded = {code for one in Demo(now=Clock()).rows() for code in (one.base, one.counter)}
    assert set(DEFAULT) <= traded
