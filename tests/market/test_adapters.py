"""Seven exchanges through ccxt, each on answers in its own shape: what is asked of them, and what becomes of what they say."""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest

from tests.support import factories, shapes
from tests.support.market import priced, rates
from tests.support.shapes import coinbase
from wallet.market import books, exchange, limits, rounds
from wallet.market.exchange import Exchange
from wallet.market.pricing import fallback
from wallet.market.source import AskLater, MarketError
from wallet.models import Price

PRODUCTS = "/api/v3/brokerage/market/products"


class Known(NamedTuple):
    """What is asked of a venue for its list of markets and for a round, with what that weighs; a market of it, by its own id,
    and the coins between which it trades; and what it says of this market."""

    markets: list[str]
    books: list[str]
    market: str
    pair: tuple[str, str] = ("LTC", "BTC")
    sides: tuple[str, str] = ("0.000947", "0.000948")


VENUES = {
    # Weight 20 and 80, then 4, of 6,000 a minute.
    "binance": Known(
        ["/api/v3/exchangeInfo?showPermissionSets=false", "/api/v3/ticker/24hr"],
        ["/api/v3/ticker/bookTicker?symbolStatus=TRADING"],
        "LTCBTC",
        sides=("0.00094700", "0.00094800"),
    ),
    # One each, of 20 in 2 seconds.
    "okx": Known(["/api/v5/public/instruments?instType=SPOT"], ["/api/v5/market/tickers?instType=SPOT"], "LTC-BTC"),
    # One each, of about one a second.
    "kraken": Known(["/0/public/AssetPairs"], ["/0/public/Ticker"], "XLTCXXBT"),
    # One each, of 600 in 5 seconds.
    "bybit": Known(["/v5/market/instruments-info?category=spot"], ["/v5/market/tickers?category=spot"], "LTCBTC"),
    # Weight 4, then 15, of 2,000 in 30 seconds.
    "kucoin": Known(["/api/v2/symbols"], ["/api/v1/market/allTickers"], "LTC-BTC"),
    # One each, of 200 in 10 seconds.
    "gate": Known(["/api/v4/spot/currency_pairs"], ["/api/v4/spot/tickers?timezone=utc0"], "LTC_BTC"),
    # Two, then six, of 10 a second.
    "coinbase": Known(
        [f"{PRODUCTS}?product_type=SPOT", f"{PRODUCTS}?product_type=FUTURE"],
        [
            f"{PRODUCTS}/{market}/ticker?limit=1"
            for market in ("BTC-USD", "BTC-USDT", "USDT-USD", "ETH-USD", "ETH-BTC", "BNB-USD")
        ],
        "ETH-BTC",
        ("ETH", "BTC"),
        ("0.03343", "0.03344"),
    ),
}
ALL_BOOKS = sorted(VENUES.keys() - {"coinbase"})
TIMED = ["bybit", "coinbase", "kucoin", "okx"]
CODES = ["BTC", "BNB", "ETH", "DOGE", "LTC", "USDC", "THIN", "DEAD", "HALT", "GONE", "OPEN", "SOON", "XGRP"]


@pytest.fixture
def asked_at(world):
    return world.clock()


@pytest.fixture
def venue(name, asked_at):
    with shapes.running(shapes.SHAPES[name], milliseconds(asked_at)) as running:
        yield running


@pytest.fixture
def market(venue, name):
    """The exchange as we ask it."""
    return Exchange(name, venue.url)


every = pytest.mark.parametrize("name", VENUES)


def milliseconds(moment):
    return int(moment.timestamp() * 1000)


def row_of(market, symbol):
    return next(row for row in market.rows() if row.symbol == symbol)


def read(market, asked_at, *, takes_last=False):
    return books.read(market.rows(), asked_at, takes_last=takes_last, limits=limits.configured())


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


# --- the last price ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["coinbase"])
@pytest.mark.parametrize(("age", "counts"), [(299, True), (300, True), (301, False)])
def test_m2_without_any_book_the_last_price_counts_for_five_minutes(name, asked_at, age, counts):
    """M2: a policy may take it; somebody must have paid it."""
    traded = asked_at - timedelta(seconds=age) + timedelta(milliseconds=900)
    with shapes.running(shapes.SHAPES[name], milliseconds(traded)) as venue:
        for path in VENUES[name].books:
            venue.change(path.split("/")[-2], bid="", ask="")
        market = Exchange(name, venue.url)
        found = read(market, asked_at, takes_last=True)
        assert (("ETH", "BTC") in found.by_pair) == counts
        assert not read(market, asked_at).by_pair
    if counts:
        assert found.by_pair["ETH", "BTC"].leg("ETH", buys=False)["side"] == "last"


@pytest.mark.parametrize("name", ["okx", "kucoin"])
def test_m2_the_time_of_an_answer_is_no_trades(name, venue, market, asked_at):
    """M2: KuCoin gives each row the time of the answer, OKX that of the row; nobody knows when anybody traded."""
    for row in market.rows():
        venue.change(row.symbol, bid=None, ask=None)
    found = read(market, asked_at, takes_last=True)
    assert not found.by_pair
    assert found.kept_out[VENUES[name].market].facts == {"traded_at": "never"}


@pytest.mark.parametrize("name", ["okx"])
def test_m2_a_last_price_does_not_count_beside_books(name, market, asked_at):
    assert ("THIN", "USDT") not in read(market, asked_at, takes_last=True).by_pair


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


# --- what ccxt doesn't know of them ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kraken"])
def test_another_houses_pairs_at_kraken_are_no_second_way(name, venue, market):
    """M5: the same coins under a second name, with another price."""
    venue.change("XBTUSD:BTNL", bid="90000.00000", ask="90000.10000")
    rows = market.rows()
    assert [row.symbol for row in rows if row.is_halted] == ["HALTUSD", "XBTUSD:BTNL"]
    assert rates(rows, ["BTC", "DOGE"])["DOGE"].legs[1]["symbol"] == "XXBTZUSD"


@pytest.mark.parametrize("name", ["gate"])
def test_what_can_only_be_borrowed_at_gate_is_halted(name, market):
    assert {row.symbol for row in market.rows() if row.is_halted} == {"HALT_USDT", "GONE_USDT"}


@pytest.mark.parametrize("name", ["coinbase"])
def test_coinbase_tells_of_btc_bnb_and_eth(name, market, asked_at):
    """As a source it has too little: BNB by one way only, and nothing else. As a fallback it confirms the three."""
    found = priced(market.rows(), CODES)
    assert found.rates.keys() == {"BTC", "ETH"}
    assert found.kept_out["BNB"].facts == {"one_way": "core"}
    said = fallback(read(market, asked_at), CODES, limits.configured()).rates
    assert said.keys() == {"BNB", "ETH", "USDT", "USD"}
    assert f"{said['BNB']:.12f}" == "0.009792507334"  # 893.415 ÷ 91234.55


@pytest.mark.parametrize("name", ["coinbase"])
@pytest.mark.parametrize(
    "flags",
    [
        {"trading_disabled": True},
        {"is_disabled": True},
        {"cancel_only": True},
        {"view_only": True},
        {"auction_mode": True},
        {"post_only": True},
        {"limit_only": True},
        {"status": "delisted"},
        {"alias": "ETH-USD"},
        {"volume_24h": "0"},
    ],
)
def test_m5_a_market_that_coinbase_flags_takes_no_part(name, venue, market, flags):
    """M5: halted in one way or another, another market's book once more, or dead."""
    coinbase.product(venue.served, "ETH-BTC").update(flags)
    row = row_of(market, "ETH-BTC")
    assert row.is_halted or not row.is_traded
    assert rates(market.rows(), ["ETH"])["ETH"].path == "ETH→USD→BTC"


@pytest.mark.parametrize("name", ["coinbase"])
def test_m3_a_market_that_coinbase_no_longer_has_is_left_out_alone(name, venue, market):
    market.rows()
    del venue.served[f"{PRODUCTS}/ETH-BTC/ticker"]
    assert {row.symbol for row in market.rows()} == {"BTC-USD", "BTC-USDT", "USDT-USD", "ETH-USD", "BNB-USD"}


@pytest.mark.parametrize("name", ["okx"])
def test_a_round_of_such_a_venue_is_stored_with_its_legs(name, world, venue, settings):
    settings.PRICE_SOURCE, settings.EXCHANGE_ID, settings.EXCHANGE_URL = "exchange", name, venue.url
    world.clock.tick(minutes=10)
    venue.served = venue.shape.answers(milliseconds(world.clock()), ())
    rounds.refresh()
    assert Price.objects.get(asset__code="DOGE").legs == [
        {"symbol": "DOGE-USDT", "price": "0.15123", "side": "bid"},
        {"symbol": "BTC-USDT", "price": "91234.60", "side": "ask", "way": "against"},
    ]
    assert factories.balance(world.user, "DOGE") == 100_000_000
