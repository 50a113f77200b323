import contextlib
import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support import factories
from tests.support.market import FakeSource, row
from tests.support.together import together
from wallet.market import rounds
from wallet.market.source import AskLater, MarketError
from wallet.models import Asset, Price, Pulse, Venue


def rate(code):
    return Price.objects.filter(asset__code=code).values_list("rate_btc", flat=True).first()


def test_a_round_replaces_the_one_before_as_a_whole(world):
    world.clock.tick(seconds=10)
    rounds.refresh(source=FakeSource(BNB="0.011", DOGE="0.0000021"))
    assert (rate("BNB"), rate("DOGE"), rate("BTC")) == (Decimal("0.011"), Decimal("0.0000021"), 1)
    assert rate("ETH") is None
    assert Price.objects.get(asset__code="DOGE").observed_at == world.clock()


def test_a_late_answer_never_overwrites_a_newer_price_nor_removes_it(world):
    late = FakeSource(BNB="0.02", DOGE="0.0000029")
    original = late.rows

    def slow():
        world.clock.tick(seconds=20)
        rounds.refresh(source=FakeSource(BNB="0.02", DOGE="0.000003"))
        return original()

    late.rows = slow
    rounds.refresh(source=late)
    assert (rate("BNB"), rate("DOGE")) == (Decimal("0.02"), Decimal("0.000003"))


def test_another_sources_prices_are_replaced(world):
    Price.objects.update(source="kraken", observed_at=world.clock() + timedelta(hours=1))
    rounds.refresh(source=FakeSource(BNB="0.011"))
    assert Price.objects.get(asset__code="BNB").source == "demo"


@pytest.mark.parametrize("prices", [{}, {"NOPE": "1"}])
def test_a_market_without_a_usable_price_leaves_everything_as_it_was(world, prices):
    before = list(Price.objects.values_list())
    with pytest.raises(MarketError):
        rounds.refresh(source=FakeSource(**prices))
    assert list(Price.objects.values_list()) == before


@pytest.mark.parametrize(("apart", "is_refused"), [(-61, True), (-60, False), (0, False), (60, False), (61, True)])
def test_m1_an_exchange_whose_newest_time_is_far_from_ours_gives_no_price(world, caplog, apart, is_refused):
    """M1: it is frozen, or one of the clocks is wrong; what is stored stays, and grows old."""
    world.clock.tick(seconds=10)
    before = list(Price.objects.values_list())
    source = FakeSource(BNB="0.011", DOGE="0.0000021")
    source.fields["said_at"] = world.clock() + timedelta(seconds=apart)
    if is_refused:
        side = "behind" if apart < 0 else "ahead of"
        with pytest.raises(
            MarketError, match=f"its newest time is 61 seconds {side} ours: it is frozen, or a clock is wrong"
        ):
            rounds.refresh(source=source)
        assert list(Price.objects.values_list()) == before
    else:
        rounds.refresh(source=source)
        assert rate("BNB") == Decimal("0.011")


def test_m1_a_market_that_nobody_trades_in_is_as_new_as_the_request(world):
    """M1: an exchange's time of a market may be that of its last trade, an hour ago; another's shows that it isn't frozen."""
    world.clock.tick(seconds=10)
    source = FakeSource(BNB="0.011")
    source.fields["said_at"] = world.clock()
    source.more = [row("DOGE", "BTC", "0.0000020", tick="1e-9", said_at=world.clock() - timedelta(hours=1))]
    rounds.refresh(source=source)
    assert set(Price.objects.values_list("observed_at", flat=True)) == {world.clock()}
    assert Price.objects.filter(asset__code="DOGE").exists()


@pytest.mark.parametrize(("seconds", "is_refused"), [(3600, True), (3601, False)])
def test_m8_markets_that_are_gone_for_good_are_believed_to_be_gone_after_an_hour(world, seconds, is_refused):
    rounds.refresh(source=FakeSource(BNB="0.01", DOGE="0.000002", ETH="0.05", EUR="0.00002"))
    world.clock.tick(seconds=seconds)
    fewer = FakeSource(BNB="0.01", DOGE="0.000002")
    if is_refused:
        with pytest.raises(MarketError, match=r"only 4 rows, where the last good round had 6 \(M8\)"):
            rounds.refresh(source=fewer)
    else:
        rounds.refresh(source=fewer)
        assert rate("ETH") is None


def test_one_round_serves_all_that_want_one(world):
    source = FakeSource(BNB="0.011")
    wanted = world.clock()
    world.clock.tick(seconds=1)
    for _ in range(5):
        rounds.refresh(wanted_at=wanted, source=source)
    assert source.asked == 1


def test_a_round_from_before_does_not_serve(world):
    source = FakeSource(BNB="0.011")
    rounds.refresh(source=source)
    world.clock.tick(seconds=1)
    rounds.refresh(wanted_at=world.clock(), source=source)
    assert source.asked == 2


def test_a_market_that_gives_nothing_is_not_asked_by_everyone_at_once(world):
    source = FakeSource()
    wanted = world.clock()
    with pytest.raises(MarketError):
        rounds.refresh(wanted_at=wanted, source=source)
    for _ in range(5):
        rounds.refresh(wanted_at=wanted, source=source)
    assert source.asked == 1
    world.clock.tick(seconds=6)
    with pytest.raises(MarketError):
        rounds.refresh(wanted_at=wanted, source=source)
    assert source.asked == 2


class Busy(FakeSource):
    """A market that says it is asked too much, and for how long not to ask it."""

    wait = None

    def rows(self):
        self.asked += 1
        raise AskLater("demo says that it is asked too much", self.wait)


def asked(world, source, **later):
    """Whether a round that is wanted so much later asks the market."""
    world.clock.tick(**later)
    before = source.asked
    with contextlib.suppress(MarketError):
        rounds.refresh(source=source)
    return source.asked > before


def test_m11_a_market_is_not_asked_before_it_wants_to_be(world):
    """M11: by no process, and no restart forgets it; what is stored stays, and grows old."""
    before = list(Price.objects.values_list())
    busy = Busy()
    busy.wait = timedelta(seconds=90)
    assert asked(world, busy, seconds=10)
    other = FakeSource(BNB="0.011")
    assert not asked(world, other, seconds=89)
    with pytest.raises(MarketError, match="demo said that it was asked too much, and is not asked before 14:33:47 UTC"):
        rounds.refresh(source=other)
    assert list(Price.objects.values_list()) == before
    assert asked(world, other, seconds=1)
    assert rate("BNB") == Decimal("0.011")
    assert not Venue.objects.exists()


@pytest.mark.parametrize(
    ("error", "held_off"), [(AskLater("asked too much", timedelta(minutes=5)), True), (MarketError("away"), False)]
)
def test_m11_a_list_of_markets_that_cannot_be_had_ends_no_round(world, monkeypatch, error, held_off):
    """M11: and an exchange that is asked too much for it is left alone."""
    source = FakeSource(BNB="0.011")

    def refuse():
        raise error

    source.keep_markets = refuse
    monkeypatch.setattr(rounds, "configured_source", lambda: source)
    rounds.keep_markets()
    assert Venue.objects.exists() == held_off


def test_m11_a_hundred_confirms_a_second_ask_an_exchange_no_more_than_one(world, monkeypatch):
    """M11: whoever wants a round within a second of the last one gets the next one with all others."""
    source = FakeSource(BNB="0.011")
    source.name = "binance"
    monkeypatch.setattr(rounds.time, "sleep", lambda seconds: world.clock.tick(seconds=seconds))
    wanted = [world.clock() + timedelta(milliseconds=10 * number) for number in range(1, 101)]
    world.clock.tick(milliseconds=10)
    for moment in wanted:
        rounds.refresh(wanted_at=moment, source=source)
    assert source.asked == 2
    assert world.clock() == wanted[0] + timedelta(seconds=1)


@pytest.mark.django_db(transaction=True)
def test_m11_workers_that_want_a_round_at_the_same_moment_ask_an_exchange_once(transactional_db, clock, monkeypatch):
    """M11: all of them have seen that nobody began one, and waited; then one begins, and serves the others."""
    factories.World(clock)
    source, workers = FakeSource(BNB="0.011"), 4
    source.name = "binance"
    rounds.refresh(source=source)
    clock.tick(milliseconds=10)
    wanted = clock()
    all_wait = threading.Barrier(workers, action=lambda: clock.tick(seconds=1), timeout=30)
    monkeypatch.setattr(rounds.time, "sleep", lambda seconds: all_wait.wait())
    found = together(*[lambda: rounds.refresh(wanted_at=wanted, source=source)] * workers)
    assert source.asked == 2
    assert not [error for error in found if isinstance(error, Exception)]


def test_m11_a_market_that_does_not_say_for_how_long_is_left_alone_for_longer_each_time(world):
    """M11: 30 seconds, twice as long each time in a row, ten minutes at the most."""
    busy = Busy()
    assert asked(world, busy, seconds=10)
    for wait in (30, 60, 120, 240, 480, 600, 600):
        assert not asked(world, busy, seconds=wait - 1)
        assert asked(world, busy, seconds=1)
    assert asked(world, FakeSource(BNB="0.011"), seconds=600)
    assert asked(world, busy, seconds=10)
    assert asked(world, FakeSource(BNB="0.011"), seconds=30)


def test_a_path_in_use_is_kept_from_round_to_round(world):
    factories.price("DOGE", "0.000002", path="DOGE→USDT→BTC")
    source = FakeSource(BNB="0.011", DOGE="0.00000200")
    source.more = [row("DOGE", "USDT", "0.10000")]
    rounds.refresh(source=source)
    assert Price.objects.get(asset__code="DOGE").path == "DOGE→USDT→BTC"


def test_it_is_written_down_when_a_round_was_made(world):
    rounds.refresh(source=FakeSource(BNB="0.011"))
    assert Pulse.objects.get(name="prices").beat_at == world.clock()


def test_a_round_takes_the_same_number_of_queries_for_few_assets_and_for_many(world, queries):
    few = queries(rounds.refresh, source=FakeSource(BNB="0.011", DOGE="0.000002"))
    for number in range(40):
        factories.asset(f"A{number}")
    world.clock.tick(seconds=1)
    prices = {f"A{number}": "0.1" for number in range(40)}
    many = queries(rounds.refresh, source=FakeSource(BNB="0.011", DOGE="0.000002", **prices))
    assert Asset.objects.count() == 47
    assert len(many) <= len(few)
