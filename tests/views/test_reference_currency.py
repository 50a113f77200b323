"""What customers think of money in: on every page and in every file, by the prices of that time, or absent."""

import csv
import io
from decimal import ROUND_DOWN, Decimal, localcontext

import pytest

from tests.support import factories
from tests.support.html import read
from wallet import conversions
from wallet.audit import audit
from wallet.models import Conversion, Customer, Policy, Price
from wallet.portfolio import portfolio

EURO = "0.000019"  # what one costs in BTC here: a number that nothing divides by evenly
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


# --- the pages --------------------------------------------------------------------------------------------------------


def test_every_page_says_it(euros, signed_in, text):
    """At 0.000019 BTC: DOGE is worth 0.0002, ETH 0.0005, and EUR 10.00 itself."""
    assert (in_euros("0.0002"), in_euros("0.0005")) == (Decimal("10.52"), Decimal("26.31"))
    wallet = text(signed_in.get("/wallet/"))
    assert "≈ €46.84" in wallet  # exactly, and cut once: the rows, each cut, come to 46.83
    assert "worth about 0.08900000 BNB" in wallet
    assert f"≈ €{in_euros('0.00089')} · " in wallet  # that BNB
    assert "Value (EUR, BTC)" in wallet
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
    assert "Value ≈ €10.25" in receipt
    assert "EUR EUR→BTC 0.00001950 EURBTC 0.0000195 for values in EUR" in receipt
    history = text(signed_in.get("/conversions/"))
    assert "≈ €10.25" in history
    assert "≈ is the value at the time of the conversion, in the currency that you had chosen then." in history


def test_a_list_keeps_the_two_values_of_a_row_apart(euros, signed_in):
    """Though it leaves out the spaces between its tags."""
    page = signed_in.get("/wallet/").content.decode()
    assert '€10.52</span>&emsp;<data value="0.00020000">' in page


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
    assert summ["DOGE"]["Reference Price Per Unit (Optional)"] == "0.1025641026"
    assert summ["DOGE"]["Reference Price Currency (Optional)"] == "EUR"
    document = signed_in.get(f"/conversions/{done.reference}.json").json()["currency"]
    assert document == {
        "currency": "EUR",
        "quoted_rate_btc": "0.00001900",
        "settled_rate_btc": "0.00001950",
        "settled_path": "EUR→BTC",
        "settled_legs": [{"symbol": "EURBTC", "price": "0.0000195"}],
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
