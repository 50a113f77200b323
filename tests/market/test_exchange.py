import contextlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlsplit

import pytest

from tests.support import exchange as stand_in
from tests.support import factories
from tests.support.market import rates
from wallet import money
from wallet.market import rounds
from wallet.market.exchange import Exchange
from wallet.market.source import AskLater, MarketError
from wallet.models import Price


@pytest.fixture
def market():
    with stand_in.running() as (exchange, url):
        exchange.url = url
        yield exchange


def prices(market):
    return rates(Exchange("binance", market.url).rows(), ["BTC", "BNB", "ETH", "DOGE", "EUR", "LUNC", "USDT"])


def test_books_are_the_markets_own_strings(market):
    market.rows["DOGEUSDT"] = {"askPrice": "0.07850000"}
    row = next(one for one in Exchange("binance", market.url).rows() if one.symbol == "DOGEUSDT")
    assert (row.bid, row.ask, row.tick, row.last) == ("0.07846000", "0.07850000", "0.00001000", None)


def test_a_price_that_is_sent_as_a_number_keeps_its_digits(market):
    """No float comes between."""
    market.body = json.dumps(market.books()).replace('"0.07657000"', "0.0765700000000000000001").encode()
    row = next(one for one in Exchange("binance", market.url).rows() if one.symbol == "ETHBTC")
    assert row.bid == "0.0765700000000000000001"


def test_rates_are_those_of_a_calculation_by_hand(market):
    found = prices(market)
    assert (found["BNB"].rate_btc, found["BNB"].path) == (Decimal("0.015516"), "BNB→BTC")
    assert (found["ETH"].rate_btc, found["ETH"].path) == (Decimal("0.07657"), "ETH→BTC")
    # One tick of DOGEBTC is 0.23% of its price, so it goes by USDT: 0.07846 ÷ 18229.9
    assert found["DOGE"].path == "DOGE→USDT→BTC"
    assert found["DOGE"].rate_btc == money.round_price(Decimal("0.07846") / Decimal("18229.9"))
    assert found["EUR"].path == "EUR→BTC"
    assert abs(Fraction(found["EUR"].rate_btc) - 1 / Fraction("16977.52")) < Fraction(1, 10**15)
    # LUNC trades against BUSD only, which leads to BTC by USDT: 0.0001654 × 0.9998 ÷ 18229.9
    assert found["LUNC"].path == "LUNC→BUSD→USDT→BTC"
    assert found["LUNC"].rate_btc == money.round_price(Decimal("0.0001654") * Decimal("0.9998") / Decimal("18229.9"))
    assert found["LUNC"].legs[0] == {"symbol": "LUNCBUSD", "price": "0.00016540", "side": "bid"}
    assert (found["BTC"].rate_btc, found["BTC"].path) == (1, "BTC")


@pytest.mark.parametrize(
    "price", ["0", "0.00000000", "-1", "NaN", "Infinity", "abc", "", None, [], "1e999", "9" * 40, "٣"]
)
def test_p10_a_malformed_or_zero_price_is_no_price(market, price):
    """P10: never a wrong number."""
    market.prices["ETHBTC"] = price
    assert "ETH" not in prices(market)


@pytest.mark.parametrize(
    "row",
    [
        {"bidPrice": "NaN"},
        {"bidPrice": float("nan"), "askPrice": float("nan")},
        {"askPrice": float("inf")},
        {"bidPrice": "x"},
        {"bidPrice": {"0.07": 1}},
        {"symbol": None},
        {"symbol": 5},
        None,
        [],
        "ETHBTC",
    ],
)
def test_m3_a_malformed_row_is_left_out_alone(market, row):
    """M3: never the round."""
    market.rows["ETHBTC"] = row
    found = prices(market)
    assert {"BNB", "DOGE", "EUR", "LUNC"} <= found.keys()
    assert "ETH" not in found or found["ETH"].rate_btc == Decimal("0.07657")


def test_p10_a_halted_market_has_no_price(market):
    """P10: its last price is not a price of now; and a market that nobody has traded in for a day has none either."""
    assert "ETH" in prices(market)
    market.halted = {"ETHBTC"}
    market.volumes = {"LUNCBUSD": "0.00000000"}
    found = prices(market)
    assert "ETH" not in found
    assert "LUNC" not in found


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b"{}"),
        (429, b'{"code": -1003, "msg": "Too many requests."}'),
        (200, b"<html>502 Bad Gateway</html>"),
        (200, b"null"),
        (200, b'"x"'),
        (200, b"1"),
        (200, b'[{"symbol": "ETHBTC", "bidPrice": "0.0'),
        (200, b""),
        (200, b"[null]"),
    ],
)
def test_an_exchange_that_talks_nonsense_is_a_market_error(market, status, body):
    market.status, market.body = status, body
    with pytest.raises(MarketError):
        Exchange("binance", market.url).rows()


@pytest.mark.parametrize("status", [429, 418])
@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("Sun, 22 Nov 2026 14:33:07 GMT", 60),
        ("Sun, 22 Nov 2026 14:31:07 GMT", None),
        ("9999999999999999999999", None),
        ("8640000", 259_200),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        (None, None),
    ],
)
def test_m11_an_exchange_says_for_how_long_it_is_not_to_be_asked(market, world, status, said, wait):
    """M11: in seconds or by a date; what is neither says nothing."""
    assert world.clock() == datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)
    market.status, market.body = status, b'{"code": -1003, "msg": "Too many requests."}'
    if said is not None:
        market.headers["Retry-After"] = said.encode().decode("latin-1")
    with pytest.raises(AskLater) as raised:
        Exchange("binance", market.url).rows()
    assert raised.value.wait == (None if wait is None else timedelta(seconds=wait))


def test_an_exchange_that_hangs_is_a_market_error_when_its_time_is_up(market):
    """And answers the next round when it is back."""
    asked = Exchange("binance", market.url)
    asked.client.timeout = 60_000  # for the list of markets, however busy the machine is
    asked.rows()
    asked.client.timeout = 100
    market.hang()
    with pytest.raises(MarketError, match="RequestTimeout"):
        asked.rows()
    market.release()
    asked.client.timeout = 60_000
    assert asked.rows()


def test_an_answer_that_drips_is_a_market_error_when_its_time_is_up(market, monkeypatch):
    """Each read is in time, and the whole never is."""
    asked = Exchange("binance", market.url)
    asked.rows()
    monkeypatch.setattr("wallet.market.exchange.TIMEOUT_MS", -1)
    with pytest.raises(MarketError, match="RequestTimeout"):
        asked.rows()


def renewed(asked, settings):
    """A list of markets that is asked for anew."""
    asked.listed_at = asked.tried_at = asked.listed_at - settings.MARKET_LIST_SECONDS - 1
    with contextlib.suppress(MarketError):
        asked.keep_markets()
    return {row.symbol for row in asked.rows() if not row.is_halted}


def test_half_a_list_of_markets_is_none(market, settings):
    """M8: the one before is kept."""
    asked = Exchange("binance", market.url)
    before = {row.symbol for row in asked.rows()}
    market.halted = set(list(before)[:4])
    assert len(renewed(asked, settings)) == len(before) - 4  # which give no books either
    market.halted = set()
    assert {row.symbol for row in asked.rows() if not row.is_halted} == before


def test_a_list_of_markets_without_volumes_is_none(market, settings):
    """M5: or long-dead markets would take part."""
    market.day = list
    with pytest.raises(MarketError, match="gave volumes of 0 of its 9 open markets"):
        Exchange("binance", market.url).rows()
    del market.day
    market.volumes = {"LUNCBUSD": "0.0"}
    asked = Exchange("binance", market.url)
    asked.rows()
    market.day = list
    renewed(asked, settings)
    assert not next(row for row in asked.rows() if row.symbol == "LUNCBUSD").is_traded


def test_m11_a_list_of_markets_that_cannot_be_had_is_not_asked_for_in_every_round(market, settings):
    asked = Exchange("binance", market.url)
    asked.rows()
    market.day = list
    renewed(asked, settings)
    settings.MARKET_LIST_SECONDS = 0
    market.requests.clear()
    asked.keep_markets()
    assert market.requests == []


def test_an_exchange_that_is_not_there_is_a_market_error():
    with pytest.raises(MarketError):
        Exchange("binance", "http://127.0.0.1:9").rows()


def test_an_exchange_that_nobody_knows_is_a_market_error():
    with pytest.raises(MarketError, match="nowhere"):
        Exchange("nowhere")


def test_only_the_configured_address_is_asked(market):
    Exchange("binance", market.url).rows()
    assert {urlsplit(asked).path.rpartition("/")[2] for asked in market.requests} == {
        "exchangeInfo",
        "24hr",
        "bookTicker",
    }


def test_m11_a_round_is_one_request_of_weight_four(market, settings):
    """M11: which markets there are is asked apart, and seldom."""
    exchange = Exchange("binance", market.url)
    exchange.rows()
    market.requests.clear()
    exchange.keep_markets()
    exchange.rows()
    assert market.requests == ["/api/v3/ticker/bookTicker?symbolStatus=TRADING"]
    market.requests.clear()
    settings.MARKET_LIST_SECONDS = 0
    exchange.keep_markets()
    assert market.requests == ["/api/v3/exchangeInfo?showPermissionSets=false", "/api/v3/ticker/24hr"]


def test_a_market_that_is_halted_while_the_list_of_markets_is_kept_has_no_price(market):
    """P10: the exchange is asked for the books of those only that trade now."""
    exchange = Exchange("binance", market.url)
    exchange.rows()
    market.halted = {"ETHBTC"}
    assert "ETHBTC" not in {row.symbol for row in exchange.rows()}


def test_the_configured_exchange_is_asked(market, world, settings):
    settings.PRICE_SOURCE, settings.EXCHANGE_ID, settings.EXCHANGE_URL = "exchange", "binance", market.url
    rounds.refresh()
    price = Price.objects.get(asset__code="DOGE")
    assert (price.source, price.path) == ("binance", "DOGE→USDT→BTC")
    assert world.quoted("DOGE").lines.get().quoted_legs == [
        {"symbol": "DOGEUSDT", "price": "0.07846000", "side": "bid"},
        {"symbol": "BTCUSDT", "price": "18229.90000000", "side": "ask", "way": "against"},
    ]
    assert factories.balance(world.user, "DOGE") == 100_000_000
