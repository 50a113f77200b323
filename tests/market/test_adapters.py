"""Seven exchanges through ccxt, each on answers in its own shape: what is asked of them, and what becomes of what they say."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support import shapes
from tests.support.clock import milliseconds
from tests.support.market import priced, rates, row_of
from tests.support.shapes.known import VENUES
from wallet.market import exchange, rounds
from wallet.market.exchange import Exchange
from wallet.market.source import AskLater, MarketError
from wallet.models import Price

ALL_BOOKS = sorted(VENUES.keys() - {"coinbase"})
TIMED = ["bybit", "coinbase", "kucoin", "okx"]
CODES = ["BTC", "BNB", "ETH", "DOGE", "LTC", "USDC", "THIN", "DEAD", "HALT", "GONE", "OPEN", "SOON", "XGRP"]

every = pytest.mark.parametrize("name", VENUES)


# --- what is asked -----------------------------------------------------------------------------------------------------


@every
def test_m11_a_round_asks_for_the_books_and_nothing_else(name, venue, market, settings):
    """M11: which markets there are is asked once, and then apart from rounds."""
    market.rows()
    assert venue.take() == VENUES[name].markets + VENUES[name].books
    market.rows()
    market.keep_markets()
    assert venue.take() == VENUES[name].books
    settings.MARKET_LIST_SECONDS = 0
    market.keep_markets()
    assert venue.take() == VENUES[name].markets


@every
def test_its_own_clock_is_asked_for_only_by_whoever_wants_it(name, venue, market, asked_at):
    said = market.said_time()
    assert abs(said - asked_at) < timedelta(seconds=1)
    assert len(venue.take()) == 1


# --- what it says ------------------------------------------------------------------------------------------------------


@every
def test_m2_both_sides_are_the_markets_own_strings(name, market):
    row = row_of(market, VENUES[name].market)
    assert (row.base, row.counter) == VENUES[name].pair
    assert (row.bid, row.ask) == VENUES[name].sides


@every
def test_m3_a_number_that_is_sent_without_quotes_keeps_its_digits(name, venue, market):
    """M3: no float comes between."""
    exact = "0.0009470000000000000000123"
    venue.change(VENUES[name].market, bid=exact)
    venue.numbers.add(exact)
    assert row_of(market, VENUES[name].market).bid == exact


@pytest.mark.parametrize("name", ALL_BOOKS)
def test_what_is_liquid_has_a_price_and_nothing_else_has(name, market):
    """M2, M4, M5: neither a book with one side only, nor a market that is dead, halted, opening or gone."""
    found = priced(market.rows(), CODES)
    assert found.rates.keys() == {"BTC", "BNB", "ETH", "DOGE", "LTC", "USDC"}
    assert found.rates["LTC"].rate_btc == Decimal("0.000947")
    assert found.rates["LTC"].legs == [{"symbol": VENUES[name].market, "price": VENUES[name].sides[0], "side": "bid"}]
    assert found.kept_out["THIN"].rule == "M3"
    assert found.kept_out["DEAD"].facts == {"market": "untraded"}


@pytest.mark.parametrize("name", ["gate", "kraken", "kucoin", "okx"])
def test_m5_a_halted_market_is_told_from_one_that_is_not_there(name, market):
    """Elsewhere what does not trade is not in the answer, or in no list of markets."""
    assert priced(market.rows(), ["HALT"]).kept_out["HALT"].facts == {"market": "halted"}


@every
@pytest.mark.parametrize("row", [None, "x", [], 5, "words"])
def test_m3_a_row_that_cannot_be_read_is_left_out_alone(name, venue, market, row):
    known = VENUES[name]
    before = {one.symbol for one in market.rows()}
    if row == "words":
        venue.change(known.market, bid="abc", ask="abc")
    else:
        venue.replace(known.market, row)
    rows = market.rows()
    assert before - {one.symbol for one in rows} <= {known.market}
    found = rates(rows, ["ETH", "LTC"])
    assert (found["ETH"].path, "LTC" in found) == (("ETH→USD→BTC", False) if name == "coinbase" else ("ETH→BTC", True))
    assert known.market not in {leg["symbol"] for rate in found.values() for leg in rate.legs}


@pytest.mark.parametrize("name", ALL_BOOKS)
def test_m3_books_of_which_none_can_be_read_are_a_market_error(name, venue, market):
    market.rows()
    venue.body = b"[]"
    with pytest.raises(MarketError):
        market.rows()


@pytest.mark.parametrize("name", sorted(VENUES.keys() - {"binance"}))
@pytest.mark.parametrize("last", ["", "0", None])
def test_m3_a_last_price_that_was_not_sent_is_not_worked_out(name, venue, market, last):
    """M3: ccxt makes one of the day's change at Bybit, of the average at KuCoin."""
    venue.change(VENUES[name].market, last=last)
    assert row_of(market, VENUES[name].market).last in ("0", None)


@pytest.mark.parametrize(
    ("name", "symbol", "code"),
    [
        ("binance", "YOYOUSDT", "YOYOW"),
        ("okx", "AE-USDT", "AET"),
        ("kraken", "XDGUSD", "DOGE"),
        ("kraken", "XXBTZUSD", "BTC"),
        ("bybit", "BCHSVUSDT", "BSV"),
        ("kucoin", "WAX-USDT", "WAXP"),
        ("kucoin", "BCHSV-USDT", "BSV"),
        ("gate", "GTC_USDT", "GAMECOM"),
    ],
)
def test_a_coin_comes_under_the_name_by_which_ccxt_knows_it(market, symbol, code):
    """Exchanges give the same letters to different coins: the asset's code has to be the coin's."""
    assert row_of(market, symbol).base == code


# --- times -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "age"),
    [
        ("okx", 400),
        ("bybit", 0),
        ("kucoin", 1200),
        ("coinbase", 900),
        ("binance", None),
        ("kraken", None),
        ("gate", None),
    ],
)
def test_m1_its_times_are_those_that_it_gives(name, market, asked_at, age):
    """M1: of each row at OKX and Coinbase, of the answer at Bybit and KuCoin; the others give none."""
    said = row_of(market, VENUES[name].market).said_at
    assert said == (None if age is None else asked_at - timedelta(milliseconds=age))


@every
def test_m1_a_venue_that_is_frozen_gives_no_price_where_it_gives_times(name, world, settings):
    """M1: the newest of a round is two minutes old."""
    settings.PRICE_SOURCE, settings.EXCHANGE_ID = "exchange", name
    world.clock.tick(minutes=10)
    with shapes.running(shapes.SHAPES[name], milliseconds(world.clock() - timedelta(minutes=2))) as venue:
        settings.EXCHANGE_URL = venue.url
        if name in TIMED:
            with pytest.raises(MarketError, match="it is frozen, or a clock is wrong"):
                rounds.refresh()
        else:
            rounds.refresh()
    assert Price.objects.filter(source=name, asset__code="ETH").exists() == (name not in TIMED)


# --- asked too much ----------------------------------------------------------------------------------------------------


def answers(venue, market):
    """What becomes of asking the venue for its list of markets, and of asking it for a round."""
    known, new = market, Exchange(market.name, venue.url)
    for one in (new, known):
        with pytest.raises(MarketError) as raised:
            one.rows()
        yield raised.value


@every
def test_m11_a_venue_that_is_asked_too_much_says_so_in_its_own_words(name, venue, market):
    """M11: Kraken and Bybit with a status of 200."""
    market.rows()
    venue.status, body = venue.shape.busy
    venue.body, venue.headers = body.encode(), {"retry-after": "7"}
    for error in answers(venue, market):
        assert isinstance(error, AskLater)
        assert error.wait == timedelta(seconds=7)


@every
@pytest.mark.parametrize(
    ("status", "is_busy"), [(429, True), (418, True), (403, ("binance", "bybit")), (503, False), (404, False)]
)
def test_m11_a_status_says_it_too(name, venue, market, status, is_busy):
    """M11: whatever else stands in the answer. 403 is a ban for asking too much at Binance and Bybit."""
    market.rows()
    venue.status, venue.body = status, b"<html>slow down</html>"
    for error in answers(venue, market):
        assert isinstance(error, AskLater) == (name in is_busy if isinstance(is_busy, tuple) else is_busy)


@every
def test_a_venue_that_hangs_is_a_market_error(name, venue, market, monkeypatch):
    market.rows()
    venue.take()
    market.client.timeout = 200
    venue.hang()
    with pytest.raises(MarketError, match="RequestTimeout"):
        market.rows()
    assert venue.take() == VENUES[name].books[:1]
    assert exchange.TIMEOUT_MS == 8_000
