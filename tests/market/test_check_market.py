"""The configured exchanges, tried before customers depend on them."""

import contextlib
import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tests.support import exchange as stand_in
from tests.support import factories, shapes
from tests.support.clock import milliseconds
from tests.support.root import ROOT
from wallet.models import Asset, Venue


@pytest.fixture
def venues(world, settings):
    """Binance as the source, Kraken as its fallback; another source where it is named."""
    settings.PRICE_SOURCE = "exchange"
    with contextlib.ExitStack() as stack:

        def run(source="binance", second="kraken", *, age=0):
            now = milliseconds(world.clock() - timedelta(seconds=age))
            running = [
                stack.enter_context(shapes.running(shapes.SHAPES[name], now)) for name in (source, second) if name
            ]
            settings.EXCHANGE_ID, settings.EXCHANGE_URL = source, running[0].url
            if second:
                settings.EXCHANGE_FALLBACK_ID, settings.EXCHANGE_FALLBACK_URL = second, running[1].url
            return running

        yield run


def check(*, fails=False, **options):
    out = StringIO()
    with pytest.raises(SystemExit) if fails else contextlib.nullcontext() as caught:
        call_command("check_market", stdout=out, **options)
    assert not fails or caught.value.code == 1
    return out.getvalue()


def test_it_says_which_assets_get_a_price_and_by_which_legs(venues):
    venues()
    lines = check().splitlines()
    assert "  BNB  0.009793 BTC  BNB→BTC  2 ways  BNBBTC ask 0.00979300" in lines
    assert "  ETH  0.03343 BTC  ETH→BTC  2 ways  ETHBTC bid 0.03343000" in lines
    doge = "DOGEUSDT bid 0.15123000, BTCUSDT ask 91234.60000000"
    assert f"  DOGE  0.000001657594816 BTC  DOGE→USDT→BTC  1 way  {doge}" in lines
    assert "No market leads to BTC: EUR, LUNC" in lines
    assert lines[-1] == "Customers could convert at these prices."


def test_it_says_what_asking_costs_and_what_the_clock_says(venues):
    running = venues(age=3)
    found = json.loads(check(json=True))
    source, second = found["source"], found["fallback"]
    assert (source["listing"]["answers"], source["round"]["answers"]) == (2, 1)
    assert (second["listing"]["answers"], second["round"]["answers"]) == (1, 1)
    assert source["listing"]["characters"] + source["round"]["characters"] + len('{"serverTime": 1795357924000}') == (
        running[0].sent
    )
    assert (source["markets"], source["open"], source["clock_ms"]) == (12, 12, -3000)
    assert (second["markets"], second["open"]) == (15, 13)
    assert "its clock is 3.000 s behind the database's" in check()


def test_it_says_what_the_fallback_says_and_adds(venues):
    venues()
    text = check()
    assert "BNB: known by 2 ways, 0.00% off the fallback" in text
    assert "BTC/USDT: known by 3 ways, 0.00% off the fallback" in text
    assert "The fallback confirms, of what came by one way only: DOGE" in text


def test_each_number_that_is_kept_out_is_named_with_its_rule(venues):
    source, second = venues()
    for code in ("THIN", "DEAD", "LTC"):
        factories.asset(code)
    second.change("XDGUSD", bid="0.10000", ask="0.10001")
    source.change("LTCUSDT", bid="50.00000000")
    lines = check().splitlines()
    assert "  THIN  M3  “0.00000000” is no price" in lines
    assert "  DEAD  M5  the exchange says that it is untraded" in lines
    assert "  DOGE  M9  51.22% off the fallback's price" in lines
    assert "  LTC (LTCUSDT)  M4  bid and ask are 42.14% apart, 5.00% at the most" in lines
    assert "of what came by one way only: LTC" in lines[-3]


def test_only_listed_assets_are_told_of(venues):
    venues()
    Asset.objects.filter(code="DOGE").update(status="delisted")
    assert "DOGE" not in check()


def test_without_a_fallback_it_says_so(venues):
    venues(second=None)
    text = check()
    assert "There is no fallback (EXCHANGE_FALLBACK_ID)." in text
    assert "The fallback confirms" not in text


def test_an_exchange_that_is_not_there_fails_in_words(venues, settings):
    settings.EXCHANGE_ID, settings.EXCHANGE_URL = "kraken", "http://127.0.0.1:9"
    text = check(fails=True)
    assert (
        "kraken gave no prices: it can't be reached: is its address right, and may this machine connect to it?" in text
    )
    assert text.count("kraken") == 2  # the other time in what was asked for
    assert "NetworkError" not in text


def test_a_fallback_that_is_not_there_fails_too_and_the_rest_is_told(venues, settings):
    venues()
    settings.EXCHANGE_FALLBACK_URL = "http://127.0.0.1:9"
    text = check(fails=True)
    assert "BNB→BTC" in text
    assert "kraken gave no prices: it can't be reached" in text.splitlines()[-1]


@pytest.mark.parametrize("name", ["nowhere", "base", "pro", "Binance", "../binance"])
def test_an_exchange_that_ccxt_does_not_know_fails_in_words(world, settings, name):
    settings.PRICE_SOURCE, settings.EXCHANGE_ID = "exchange", name
    assert f"{name} gave no prices: ccxt knows no exchange “{name}”." in check(fails=True)


def test_a_frozen_exchange_fails(venues):
    venues("okx", age=120)
    assert "okx gave no prices: its newest time is 120 seconds behind ours" in check(fails=True)


def test_an_exchange_that_says_it_is_asked_too_much_fails(venues):
    source, _ = venues()
    source.status, source.headers = 429, {"Retry-After": "60"}
    assert "binance gave no prices: it says that it is asked too much: 429" in check(fails=True)
    assert not Venue.objects.exists()


def test_an_exchange_that_wants_to_be_left_alone_is_not_asked(venues, world):
    source, _ = venues()
    Venue.objects.hold_off("binance", world.clock(), timedelta(seconds=60))
    assert "is not asked before 14:33:07 UTC" in check(fails=True)
    assert source.requests == []


@pytest.mark.parametrize("answer", [b"<html>502 Bad Gateway</html>", b"null", b"1", b'[{"symbol": "ETHBTC", "bid'])
def test_an_answer_that_makes_no_sense_fails_in_one_sentence(world, settings, monkeypatch, answer):
    settings.PRICE_SOURCE = "exchange"
    with stand_in.running() as (exchange, settings.EXCHANGE_URL):
        monkeypatch.setattr(exchange, "answer", lambda path, query: answer)
        text = check(fails=True)
    assert text.splitlines()[-1] == "binance gave no prices: its answer can't be read."
    assert text.count("binance") == 1


def test_books_that_make_no_sense_fail_in_one_sentence_too(world, settings):
    settings.PRICE_SOURCE = "exchange"
    with stand_in.running() as (exchange, settings.EXCHANGE_URL):
        exchange.body = b"<html>502 Bad Gateway</html>"
        assert check(fails=True).splitlines()[-1] == "binance gave no prices: none of its rows can be read."


def test_without_bnb_and_btc_among_the_assets_it_says_what_to_add(db):
    text = check(fails=True)
    assert "Add BNB and BTC to the assets in the admin: nothing is converted without." in text.splitlines()
    assert "Customers could convert" not in text
    factories.asset("BTC")
    assert "Add BNB to the assets in the admin" in check(fails=True)


def test_on_a_database_that_is_not_migrated_it_says_what_to_do(tmp_path):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    command = [sys.executable, "manage.py", "check_market"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "CommandError: Run manage.py migrate first.\n"


def test_bnb_without_a_price_fails(venues):
    venues("coinbase")
    text = check(fails=True)
    assert text.splitlines()[-1] == "BNB would have no price: one way only, where two must agree (M5)."


def test_bnb_that_the_fallback_contradicts_fails(venues):
    _, second = venues()
    second.change("BNBUSD", bid="800.00000", ask="800.10000")
    second.change("BNBUSDT", bid="800.00000", ask="800.10000")
    assert "BNB would have no price: 11.67% off the fallback's price (M9)." in check(fails=True)


def test_btc_without_dollars_fails(venues):
    source, _ = venues()
    for symbol in ("BTCUSDT", "ETHUSDT", "BNBUSDT"):
        source.replace(symbol, None)
    assert "BTC would have no price: no market with dollars holds." in check(fails=True)


def test_with_the_demonstrations_prices_there_is_nothing_to_check(world):
    text = check()
    assert "there is no exchange to check" in text
    assert "BNB: known by 2 ways" in text
    assert "Customers could convert at these prices." in text


def test_nothing_is_written(venues, queries):
    venues()
    statements = queries(check)
    assert statements
    assert {statement.split()[0] for statement in statements} == {"SELECT"}
