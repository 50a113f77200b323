"""When conversions are open: what operators recorded, and the database's clock, decide; nobody has to be there."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from wallet import conversions
from wallet.models import Opening
from wallet.models.opening import LONG_AGO
from wallet.models.opening import closures as joined_closures
from wallet.refusals import Refused


@pytest.fixture
def at(world):
    """A moment so many minutes from the beginning of the test."""
    start = world.clock()
    return lambda minutes: start + timedelta(minutes=minutes)


@pytest.fixture
def close(at):
    """Records a closing from one minute to another; None: from now on, and with no end."""

    def record(begins=None, ends=None, notice="We are moving."):
        times = {"closes_at": begins, "reopens_at": ends}
        moments = {name: None if minute is None else at(minute) for name, minute in times.items()}
        return Opening.objects.create(is_open=False, notice=notice, **moments)

    return record


def test_a_record_is_dated_by_the_databases_clock(world, close, monkeypatch):
    """As its times are judged, whatever the clock of the machine says that writes it."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(1999, 12, 31, tzinfo=UTC))
    made = close()
    assert made.created_at == Opening.objects.get(pk=made.pk).created_at == world.clock()


def open_minutes(at, minutes):
    return [minute for minute in minutes if Opening.objects.service(at(minute)).is_open]


def test_a_site_without_records_is_open(at):
    service = Opening.objects.service(at(0))
    assert service.is_open
    assert service.planned is None


def test_a_closing_without_times_holds_until_a_record_opens(at, close):
    close()
    assert open_minutes(at, (0, 10_000)) == []
    Opening.objects.create(is_open=True)
    assert open_minutes(at, (0, 10_000)) == [0, 10_000]


def test_a_planned_closing_is_announced_holds_by_the_clock_and_ends_by_it(at, close):
    close(10, 20)
    before, during, after = (Opening.objects.service(at(minute)) for minute in (9, 10, 20))
    assert (before.is_open, before.planned.closes_at) == (True, at(10))
    assert (during.is_open, during.closure.reopens_at, during.planned) == (False, at(20), None)
    assert (after.is_open, after.planned) == (True, None)


def test_planning_another_closing_does_not_end_the_one_that_holds(at, close):
    close(None, 5, "First.")
    close(10, 20, "Second.")
    service = Opening.objects.service(at(0))
    assert (service.closure.notice, service.closure.reopens_at) == ("First.", at(5))
    assert service.planned.notice == "Second."
    assert open_minutes(at, (0, 5, 9, 10, 19, 20)) == [5, 9, 20]


def test_closings_that_meet_or_overlap_are_one_and_say_the_end_of_the_last(at, close):
    close(0, 10)
    close(10, 20)
    close(15, 30, "It takes longer.")
    service = Opening.objects.service(at(1))
    assert (service.closure.reopens_at, service.closure.notice) == (at(30), "It takes longer.")
    close(25)
    assert Opening.objects.service(at(1)).closure.reopens_at is None


def test_opening_cancels_what_was_planned(at, close):
    close(10, 20)
    Opening.objects.create(is_open=True)
    service = Opening.objects.service(at(0))
    assert (service.closure, service.planned) == (None, None)
    assert open_minutes(at, (0, 10, 15)) == [0, 10, 15]


minutes = st.none() | st.integers(0, 12)


@given(st.lists(st.tuples(minutes, minutes), max_size=6))
def test_closings_joined_are_closed_exactly_when_one_of_them_is(spans):
    def moment(minute):
        return None if minute is None else LONG_AGO + timedelta(days=1, minutes=minute)

    spans = [span for span in spans if None in span or span[0] < span[1]]
    closings = [
        Opening(pk=pk, is_open=False, notice="x", closes_at=moment(begins), reopens_at=moment(ends))
        for pk, (begins, ends) in enumerate(spans)
    ]
    closures = joined_closures(closings)
    for minute in range(14):
        each = any((begins or 0) <= minute and (ends is None or minute < ends) for begins, ends in spans)
        joined = any(
            closure.closes_at <= moment(minute) and (closure.reopens_at is None or moment(minute) < closure.reopens_at)
            for closure in closures
        )
        assert each == joined
    assert all(earlier.reopens_at < later.closes_at for earlier, later in itertools.pairwise(closures))


def test_a_planned_closing_stops_quotes_and_confirms_when_its_time_comes_and_never_what_is_confirmed(world, close):
    close(1, 3)
    early, other = world.quoted("DOGE"), factories.user("other")
    factories.deposit(other, "DOGE", "5")
    late = world.quoted("DOGE", owner=other)
    conversions.confirm(user=world.user, reference=early.reference)
    world.clock.tick(minutes=1)
    for verb in (
        lambda: conversions.quote(user=other, codes=["DOGE"]),
        lambda: conversions.confirm(user=other, reference=late.reference),
    ):
        with pytest.raises(Refused) as refused:
            verb()
        assert refused.value.code == "closed"
        assert "You’ll be able to from 14:35 UTC on 22 November." in str(refused.value.messages)
    world.observe()
    assert conversions.settle(reference=early.reference).is_completed
    world.clock.tick(minutes=2)
    world.observe()
    assert conversions.quote(user=other, codes=["DOGE"]).is_quoted


def test_a_closing_that_begins_long_ago_is_refused_and_one_of_this_minute_is_not(at):
    """By the model itself, so by every form of it."""
    with pytest.raises(ValidationError, match="This moment is over"):
        Opening(is_open=False, notice="We are moving.", closes_at=at(-2)).full_clean()
    Opening(is_open=False, notice="We are moving.", closes_at=at(-1)).full_clean()
    Opening(is_open=False, notice="We are moving.", closes_at=at(5)).full_clean()
