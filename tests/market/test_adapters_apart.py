"""What holds for one exchange or two: last prices, and what ccxt doesn't know of them."""

import contextlib
from datetime import timedelta

import pytest

from tests.support import factories, shapes
from tests.support.clock import milliseconds
from tests.support.market import priced, rates, row_of
from tests.support.shapes import coinbase
from tests.support.shapes.coinbase import PRODUCTS
from tests.support.shapes.known import VENUES
from tests.support.shapes.markets import iso
from wallet.market import books, limits, rounds
from wallet.market.exchange import Exchange
from wallet.market.pricing import fallback
from wallet.market.source import MarketError
from wallet.models import Price


def read(market, asked_at, *, takes_last=False):
    return books.read(market.rows(), asked_at, takes_last=takes_last, limits=limits.configured())


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


@pytest.mark.parametrize("name", ["coinbase"])
@pytest.mark.parametrize("side", ["book", "last"])
def test_m2_it_is_the_policy_that_takes_the_last_price_and_the_legs_say_so(name, world, settings, side):
    """M2: of the market in which somebody traded within five minutes, and not of the other."""
    factories.policy(price_side=side)
    world.clock.tick(minutes=10)
    with shapes.running(shapes.SHAPES[name], milliseconds(world.clock())) as venue:
        settings.PRICE_SOURCE, settings.EXCHANGE_ID, settings.EXCHANGE_URL = "exchange", name, venue.url
        for path in VENUES[name].books:
            venue.change(path.split("/")[-2], bid="", ask="")
        for symbol, age in (("ETH-BTC", 300), ("ETH-USD", 301)):
            traded_at = milliseconds(world.clock() - timedelta(seconds=age))
            venue.served[f"{PRODUCTS}/{symbol}/ticker"]["trades"][0]["time"] = iso(traded_at)
        with pytest.raises(MarketError, match="no usable price") if side == "book" else contextlib.nullcontext():
            rounds.refresh()
    found = {price.asset.code: price.legs for price in Price.objects.filter(source=name).select_related("asset")}
    if side == "book":
        assert found == {}
    else:
        assert found["ETH"] == [{"symbol": "ETH-BTC", "price": "0.03343", "side": "last"}]


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
    found = priced(market.rows(), ["BNB", "ETH", "DOGE", "LTC"])
    assert found.rates.keys() == {"ETH"}
    assert found.kept_out["BNB"].facts == {"one_way": "core"}
    said = fallback(read(market, asked_at), ["BNB", "ETH", "DOGE", "LTC"], limits.configured()).rates
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
