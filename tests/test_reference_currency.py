"""What customers think of money in: by the market's own prices, exact, cut once, and absent where it is not known."""

import csv
import io
from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from environ import Env
from hypothesis import given
from hypothesis import strategies as st

from dustsite.currencies import DEFAULT, configured
from tests.support import factories
from tests.support.clock import Clock
from tests.support.html import read
from tests.support.market import rates, row
from wallet import conversions, currencies, formats, money
from wallet.audit import audit
from wallet.market.demo import Demo
from wallet.models import Conversion, Customer, Policy, Price
from wallet.portfolio import portfolio

EURO = "0.000019"  # what one costs in BTC here: a number that nothing divides by evenly
RATES = st.decimals(Decimal("0.00000001"), Decimal(10_000), places=8)
FILE = "/conversions/export.csv"


@pytest.fixture
def euros(world):
    """The customer thinks in euros, which cost so much BTC."""
    Customer.objects.set_display(world.user, currency="EUR")
    world.observe(EUR=EURO)
    return world


def in_euros(value_btc, rate=EURO):
    """Independently: the value divided by the rate, cut to two places, with more digits than there can be."""
    with localcontext(prec=200):
        return (Decimal(value_btc) / Decimal(rate)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def convert(client, *codes):
    """A conversion that the customer of this client confirmed, by the site's own pages."""
    reference = client.post("/wallet/dust/", {"asset": codes}).headers["Location"].strip("/").split("/")[-1]
    return Conversion.objects.get(reference=reference)


def settled(world, client, *codes, **changes):
    quote = convert(client, *codes)
    world.clock.tick(seconds=1)
    return world.settle(conversions.confirm(user=world.user, reference=quote.reference), **changes)


def cells(client, query=""):
    body = b"".join(client.get(f"{FILE}{query}").streaming_content).decode()
    return list(csv.DictReader(io.StringIO(body, newline="")))


# --- reckoning --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**15), st.integers(0, 18), RATES, RATES)
def test_a_worth_is_exact_and_cut_once(units, scale, rate, currency_rate):
    found = money.hundredths(units, scale, rate, currency_rate)
    assert found == Fraction(units) * Fraction(rate) / Fraction(10) ** scale / Fraction(currency_rate) * 100
    with localcontext(prec=200):
        value = Decimal(units).scaleb(-scale) * rate
    assert Decimal(formats.hundredths_digits(found)) == in_euros(value, currency_rate)


@given(st.lists(st.fractions(0, 1_000), max_size=40))
def test_a_total_is_the_sum_of_its_rows_and_never_more_than_there_is(worths):
    """Rows below one hundredth show no number: they are added up before they are cut."""
    total = money.total_hundredths(worths)
    shown = sum(int(one) for one in worths if one >= 1)
    unseen = sum((one for one in worths if one < 1), Fraction(0))
    assert int(total) == shown + int(unseen)
    assert int(total) <= sum(worths, Fraction(0))
    assert (total > 0) is any(worths)


@pytest.mark.parametrize("market", [row("BTC", "EUR", "52631.58"), row("EUR", "BTC", "0.0000190000")])
def test_a_rate_comes_from_the_markets_own_prices_whichever_way_they_trade_it(market):
    found = rates([market], ["EUR"])["EUR"]
    exact = money.exact_rate(found.legs)
    assert exact in (1 / Fraction("52631.58"), Fraction("0.000019"))
    assert found.rate_btc == money.round_price(exact)
    worth = money.hundredths(12_345_678, 8, Decimal(1), found.rate_btc)
    assert formats.hundredths_digits(worth) == f"{in_euros('0.12345678', found.rate_btc)}"


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
        ("CHF", "de", ""),
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


def test_the_demonstration_quotes_every_currency_that_is_offered():
    traded = {code for one in Demo(now=Clock()).rows() for code in (one.base, one.counter)}
    assert set(DEFAULT) <= traded


# --- the pages --------------------------------------------------------------------------------------------------------


def test_every_page_says_it(euros, signed_in, text):
    """At 0.000019 BTC: DOGE is worth 0.0002, ETH 0.0005, and EUR 10.00 itself."""
    assert (in_euros("0.0002"), in_euros("0.0005")) == (Decimal("10.52"), Decimal("26.31"))
    wallet = text(signed_in.get("/wallet/"))
    assert "≈ €46.83" in wallet  # 10.52 + 26.31 + 10.00
    for row_worth in ("≈ €10.52", "≈ €26.31", "≈ €10.00"):
        assert row_worth in wallet
    dust = text(signed_in.get("/wallet/dust/", {"asset": "DOGE"}))
    assert "≈ €10.52 from 1 balance worth 0.00020000 BTC" in dust
    quote = convert(signed_in, "DOGE")
    assert "≈ €10.52" in text(signed_in.get(f"/conversions/{quote.reference}/"))
    euros.clock.tick(seconds=1)
    conversions.confirm(user=euros.user, reference=quote.reference)
    done = euros.settle(quote, EUR="0.0000195")
    receipt = text(signed_in.get(f"/conversions/{done.reference}/"))
    assert "Worth ≈ €10.25 when it was converted." in receipt
    assert "Value ≈ €10.25 (1 EUR = 0.00001950 BTC, EUR→BTC)" in receipt
    assert "≈ €10.25" in text(signed_in.get("/conversions/"))


def test_the_estimate_says_what_the_selection_would_bring(euros, signed_in, text):
    answer = signed_in.post(
        "/wallet/dust/estimate/", {"asset": ["DOGE", "ETH"]}, headers={"HX-Request": "true", "HX-Target": "summary"}
    )
    assert "≈ €36.84" in text(answer)  # of 0.07 BNB together, cut once


def test_a_german_reader_who_chose_nothing_is_told_euros(world, client, text):
    client.force_login(world.user)
    assert "≈ 35,00" not in text(client.get("/wallet/"))
    assert "≈ 45,00 €" in text(client.get("/wallet/", headers={"Accept-Language": "de"})).replace("\xa0", " ")
    quote = client.post("/wallet/dust/", {"asset": ["DOGE"]}, headers={"Accept-Language": "de"})
    assert Conversion.objects.get(reference=quote.headers["Location"].split("/")[2]).currency == "EUR"


PAGES = ("/wallet/", "/wallet/dust/?all=1", "/wallet/dust/?asset=DOGE")


def is_said(client, text):
    return {("€" in text(client.get(path)) or "$" in text(client.get(path))) for path in PAGES}


def test_it_is_absent_where_it_is_not_known(euros, signed_in, text, settings):
    assert is_said(signed_in, text) == {True}
    Customer.objects.set_display(euros.user, currency="none")
    assert is_said(signed_in, text) == {False}
    Customer.objects.set_display(euros.user, currency="USD")  # which this market does not trade
    assert is_said(signed_in, text) == {False}
    Customer.objects.set_display(euros.user, currency="EUR")
    Price.objects.filter(asset__code="EUR").delete()  # it vanished from the market
    assert is_said(signed_in, text) == {False}
    assert "Price unavailable" in text(signed_in.get("/wallet/"))
    euros.observe()
    assert is_said(signed_in, text) == {True}
    settings.REFERENCE_CURRENCIES = {"GBP": "GBP"}  # it is offered no longer
    assert is_said(signed_in, text) == {False}


def test_a_price_that_is_too_old_for_a_quote_is_too_old_for_this(euros, signed_in, text):
    euros.clock.tick(seconds=60)
    euros.observe(EUR=None)
    factories.price("EUR", EURO, observed_at=euros.clock() - Policy.objects.current().price_age)
    assert is_said(signed_in, text) == {True}
    Price.objects.filter(asset__code="EUR").delete()
    euros.clock.tick(milliseconds=1)
    factories.price("EUR", EURO, observed_at=euros.clock() - Policy.objects.current().price_age * 2)
    assert is_said(signed_in, text) == {False}


def test_one_that_goes_by_another_assets_price_is_called_so(euros, signed_in, text, settings):
    settings.REFERENCE_CURRENCIES = {"USD": "USDT"}
    Customer.objects.set_display(euros.user, currency="USD")
    assert "≈ $12.50" in text(signed_in.get("/wallet/"))  # 0.0002 BTC at 0.000016
    assert "USD goes by the price of USDT." in text(signed_in.get("/settings/"))
    done = settled(euros, signed_in, "DOGE")
    assert (done.currency, done.settled_currency_path) == ("USD", "USDT→BTC")
    assert cells(signed_in)[0]["currency_path"] == "USDT→BTC"


def test_pages_and_settlements_ask_the_database_no_more_for_it(euros, signed_in, queries):
    def asked():
        return [len(queries(signed_in.get, path)) for path in (*PAGES, "/conversions/")]

    with_it = asked()
    at = euros.clock()
    of_none = queries(portfolio, user=euros.user, policy=euros.policy, now=at)
    assert len(queries(portfolio, user=euros.user, policy=euros.policy, now=at, currency="EUR")) == len(of_none)
    Customer.objects.set_display(euros.user, currency="none")
    assert asked() == with_it


def test_a_settlement_takes_as_many_statements_with_a_currency_as_without(euros, queries):
    euros.settled("DOGE")  # the first of all makes the house's accounts
    counts = []
    for currency in ("", "EUR", "USD"):
        owner = factories.user(f"owner{currency}", {"DOGE": "100"})
        quote = conversions.quote(user=owner, codes=["DOGE"], currency=currency)
        euros.clock.tick(seconds=1)
        conversions.confirm(user=owner, reference=quote.reference)
        euros.clock.tick(seconds=1)
        euros.observe()
        counts.append(len(queries(conversions.settle, reference=quote.reference)))
        assert euros.status(quote) == "completed"
    assert len(set(counts)) == 1


# --- what is written down ---------------------------------------------------------------------------------------------


def test_the_files_say_the_worth_of_the_settlement_not_of_the_quote_nor_of_today(euros, signed_in):
    done = settled(euros, signed_in, "DOGE", "ETH", EUR="0.0000195")
    euros.clock.tick(hours=7)
    euros.observe(EUR="0.00003", BNB="0.02")
    Customer.objects.set_display(euros.user, currency="GBP")
    own = {line["asset"]: line for line in cells(signed_in)}
    assert list(own["DOGE"])[-5:] == [
        "currency",
        "currency_rate_btc",
        "currency_path",
        "given_in_currency",
        "received_in_currency",
    ]
    assert {(one["currency"], one["currency_rate_btc"], one["currency_path"]) for one in own.values()} == {
        ("EUR", "0.00001950", "EUR→BTC")
    }
    for code, value in {"DOGE": "0.0002", "ETH": "0.0005"}.items():
        assert Decimal(own[code]["given_in_currency"]) == in_euros(value, "0.0000195")
        received = Decimal(own[code]["received_bnb"]) * Decimal("0.01")
        assert Decimal(own[code]["received_in_currency"]) == in_euros(received, "0.0000195")
    koinly = {line["Sent Currency"]: line for line in cells(signed_in, "?format=koinly")}
    assert (koinly["DOGE"]["Net Worth Amount"], koinly["DOGE"]["Net Worth Currency"]) == ("10.25", "EUR")
    summ = {line["Base Currency"]: line for line in cells(signed_in, "?format=summ")}
    assert summ["DOGE"]["Reference Price Per Unit (Optional)"] == "0.102564102564"
    assert summ["DOGE"]["Reference Price Currency (Optional)"] == "EUR"
    document = signed_in.get(f"/conversions/{done.reference}.json").json()["currency"]
    assert document == {
        "currency": "EUR",
        "quoted_rate_btc": "0.00001900",
        "settled_rate_btc": "0.00001950",
        "settled_path": "EUR→BTC",
        "estimated": "36.84",
        "received": "35.89",
    }


@pytest.mark.parametrize("is_old", [True, False])
def test_without_a_rate_since_confirm_it_settles_all_the_same_and_leaves_the_cells_empty(euros, signed_in, is_old):
    quote = convert(signed_in, "DOGE")
    euros.clock.tick(seconds=1)
    conversions.confirm(user=euros.user, reference=quote.reference)
    old = Price.objects.get(asset__code="EUR")
    euros.clock.tick(seconds=1)
    euros.observe(EUR=None)
    if is_old:
        old.save(force_insert=True)
    done = conversions.settle(reference=quote.reference)
    assert (done.status, done.currency, done.settled_currency_rate_btc) == ("completed", "EUR", None)
    assert done.quoted_currency_rate_btc == Decimal(EURO)
    line = cells(signed_in)[0]
    assert {line[name] for name in list(line)[-5:]} == {""}
    assert {cells(signed_in, "?format=koinly")[0][f"Net Worth {name}"] for name in ("Amount", "Currency")} == {""}
    summ = cells(signed_in, "?format=summ")[0]
    assert [summ[name] for name in list(summ)[-2:]] == ["", ""]
    assert "€" not in read(signed_in.get(f"/conversions/{done.reference}/")).text
    assert signed_in.get(f"/conversions/{done.reference}.json").json()["currency"]["received"] is None


def test_a_rate_is_taken_from_the_round_of_the_settlement_though_the_quote_had_none(euros, signed_in):
    Price.objects.filter(asset__code="EUR").delete()
    done = settled(euros, signed_in, "DOGE", EUR="0.0000195")
    assert (done.quoted_currency_rate_btc, done.settled_currency_rate_btc) == (None, Decimal("0.0000195"))


def test_what_was_stopped_has_no_rate_of_a_settlement(euros, signed_in):
    stopped = settled(euros, signed_in, "DOGE", DOGE="0.000003")
    assert (stopped.status, stopped.settled_currency_rate_btc, stopped.settled_currency_path) == ("stopped", None, "")
    assert {cells(signed_in)[0][name] for name in ("currency", "currency_rate_btc", "given_in_currency")} == {""}


def test_new_prices_take_the_currency_that_is_chosen_by_then(euros, signed_in):
    quote = convert(signed_in, "DOGE")
    Customer.objects.set_display(euros.user, currency="none")
    fresh = signed_in.post(f"/conversions/{quote.reference}/renew/")
    assert Conversion.objects.get(reference=fresh.headers["Location"].split("/")[2]).currency == ""


def test_what_is_too_small_for_a_hundredth_is_left_to_koinlys_own_price(euros, signed_in):
    factories.asset("LINK")
    euros.observe(LINK="0.0000000001")
    factories.deposit(euros.user, "LINK", "1000")
    settled(euros, signed_in, "LINK")
    line = cells(signed_in)[0]
    assert (line["given_in_currency"], line["currency"]) == ("0.00", "EUR")
    assert cells(signed_in, "?format=koinly")[0]["Net Worth Amount"] == ""


def test_the_audit_finds_nothing_wrong_with_it(euros, signed_in):
    settled(euros, signed_in, "DOGE")
    assert not list(audit())
