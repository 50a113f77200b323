"""The second venue: asked beside the source, waited for no longer than its deadline, and never in the source's place."""

import threading

import pytest

from tests.support.faults import Venue, too_much
from tests.support.market import FakeSource
from wallet.market import rounds
from wallet.market.fallback import FallbackVenue, Late
from wallet.market.source import AskLater, MarketError
from wallet.models import MarketRound, Price
from wallet.models import Venue as HeldOff


class Hanging(Venue):
    """A venue that answers when it is let go."""

    def __init__(self):
        super().__init__("other")
        self.go, self.asked = threading.Event(), 0

    def rows(self):
        self.asked += 1
        assert self.go.wait(60)
        return super().rows()


@pytest.fixture
def hanging():
    venue = Hanging()
    yield venue
    venue.go.set()


def test_it_answers_beside_the_source():
    second = FallbackVenue(Venue("other"))
    second.ask()
    assert {row.symbol for row in second.answer(60)} >= {"BTCUSDT", "BNBBTC"}


def test_one_that_hangs_is_late_and_is_not_asked_again_while_it_does(hanging):
    second = FallbackVenue(hanging)
    for _ in range(3):
        second.ask()
        with pytest.raises(Late, match="other has not answered within 0 seconds"):
            second.answer(0)
    assert hanging.asked == 1


def test_one_that_was_late_is_not_waited_for_until_it_has_answered(hanging):
    """Whatever its deadline: a venue that hangs costs one round a few seconds, not every round."""
    second = FallbackVenue(hanging)
    second.ask()
    with pytest.raises(Late):
        second.answer(0)
    second.ask()
    with pytest.raises(Late):
        second.answer(3600)  # which it would take, were it waited for
    hanging.go.set()
    second.join()
    second.ask()
    assert second.answer(60)
    assert hanging.asked == 2


@pytest.mark.parametrize("error", [ValueError("x"), MarketError("other is away"), KeyError("y")])
def test_whatever_goes_wrong_over_there_is_an_error_of_the_market(error):
    venue = Venue("other")

    def fault(rows):
        raise error

    venue.fault = fault
    second = FallbackVenue(venue)
    second.ask()
    with pytest.raises(MarketError):
        second.answer(60)


def test_what_it_says_to_an_earlier_round_is_no_answer_to_this_one(hanging):
    second = FallbackVenue(hanging)
    second.ask()
    with pytest.raises(Late):
        second.answer(0)
    second.ask()  # while the first question still waits
    hanging.go.set()
    second.join()
    with pytest.raises(Late):
        second.answer(60)


def test_a_list_of_markets_that_hangs_costs_no_answer(hanging):
    venue = Venue("other")
    venue.keep_markets = hanging.rows
    second = FallbackVenue(venue)
    for _ in range(3):
        second.ask()
        assert second.answer(60)
    assert hanging.asked == 1


def test_it_is_left_alone_also_when_it_says_so_too_late_or_over_its_list():
    other = Venue("other")

    def refuse():
        raise AskLater("other says that it is asked too much", None)

    other.keep_markets = refuse
    second = FallbackVenue(other)
    second.ask()
    assert second.answer(60)
    second.join()
    assert isinstance(second.take_refusal(), AskLater)
    assert second.take_refusal() is None


def test_a_list_of_markets_that_it_does_not_give_costs_no_answer():
    venue = Venue("other")
    venue.keep_markets = lambda: {}["x"]
    second = FallbackVenue(venue)
    second.ask()
    assert second.answer(60)
    second.join()
    second.ask()
    assert second.answer(60)


def test_a_round_goes_on_without_one_that_hangs(world, hanging, settings):
    """And says so."""
    settings.MARKET_FALLBACK_SECONDS = 0
    world.clock.tick(seconds=10)
    assert rounds.refresh(source=Venue(), second=FallbackVenue(hanging)) > 5
    record = MarketRound.objects.first()
    assert (record.fallback, record.fallback_answers) == ("other has not answered within 0 seconds", False)


def test_of_none_that_is_configured_nothing_is_said(world):
    world.clock.tick(seconds=10)
    rounds.refresh(source=Venue())
    record = MarketRound.objects.first()
    assert (record.fallback, record.fallback_answers) == ("", None)


def test_it_is_never_the_source(world):
    """M9: when the source gives nothing, there are no prices, whatever the fallback has."""
    before = list(Price.objects.values_list())
    world.clock.tick(seconds=10)
    with pytest.raises(MarketError):
        rounds.refresh(source=FakeSource(), second=FallbackVenue(Venue("other")))
    assert list(Price.objects.values_list()) == before


def test_one_that_is_asked_too_much_is_left_alone_by_every_process(world):
    """M11, and the source is asked all the same."""
    other = Venue("other")
    other.fault = too_much
    world.clock.tick(seconds=10)
    rounds.refresh(source=Venue(), second=FallbackVenue(other))
    assert [one.name for one in HeldOff.objects.all()] == ["other"]
    other.fault = dict
    world.clock.tick(seconds=4)
    rounds.refresh(source=Venue(), second=FallbackVenue(other))
    assert MarketRound.objects.first().fallback == "other said that it was asked too much"
    world.clock.tick(seconds=1)
    rounds.refresh(source=Venue(), second=FallbackVenue(other))
    record = MarketRound.objects.first()
    assert (record.fallback, record.fallback_answers) == ("other priced 6 assets", True)
    assert not HeldOff.objects.exists()


def test_one_that_says_too_late_that_it_is_asked_too_much_is_left_alone_from_the_next_round_on(
    world, hanging, settings
):
    """M11: its word is kept, whichever round it came to."""
    settings.MARKET_FALLBACK_SECONDS = 0
    hanging.fault = too_much
    second = FallbackVenue(hanging)
    world.clock.tick(seconds=10)
    rounds.refresh(source=Venue(), second=second)
    hanging.go.set()
    second.join()
    world.clock.tick(seconds=10)
    rounds.refresh(source=Venue(), second=second)
    assert hanging.asked == 1
    assert MarketRound.objects.first().fallback == "other said that it was asked too much"
    assert [one.name for one in HeldOff.objects.all()] == ["other"]
