"""The rules stand in the models' own validation: whoever validates a row outside a verb meets them too."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from tests.support import factories
from wallet import ledger
from wallet.models import Asset, Conversion, Line
from wallet.refusals import Code


def codes(row):
    """The refusals among what validation says no with."""
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    said = {error.code for group in caught.value.error_dict.values() for error in group}
    return {Code(code) for code in said & set(Code)}


@pytest.fixture
def quoted(world):
    return world.quoted("DOGE")


@pytest.fixture
def completed(world):
    return world.settled("DOGE")


def test_what_the_verbs_wrote_is_sound(world):
    done = world.settled("DOGE", "ETH")
    world.clock.tick(hours=6)
    world.observe()
    factories.deposit(world.user, "DOGE", "7")
    for conversion in (done, world.quoted("EUR"), world.confirmed("DOGE")):
        conversion.full_clean(exclude=Conversion.UNCHECKED)
        for line in conversion.lines.all():
            line.full_clean(exclude=Line.UNCHECKED)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "delisted"}, Code.DELISTED),
        ({"status": "unlisted"}, Code.UNLISTED),
        ({"conversions_paused": True, "pause_reason": "Upgrade."}, Code.PAUSED),
    ],
)
def test_r6_a_line_of_an_asset_that_may_not_be_converted(quoted, completed_line, fields, code):
    Asset.objects.filter(code="DOGE").update(**fields)
    assert codes(quoted.lines.get()) == {code}
    assert code in codes(completed_line())


@pytest.fixture
def completed_line(world):
    def make():
        Asset.objects.filter(code="ETH").update(status="listed")
        line = world.quoted("ETH").lines.get()
        line.asset = Asset.objects.get(code="DOGE")
        line.conversion.status, line.conversion.confirmed_at = "completed", world.clock()
        line.settled_path, line.settled_legs = line.quoted_path, line.quoted_legs
        line.settled_rate_btc, line.settled_observed_at = line.quoted_rate_btc, world.clock()
        return line

    return make


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_what_did_not_convert_is_held_to_no_rule(world, status):
    """Its asset may be delisted and its amount spent: that it was not converted stays sound."""
    ended = world.confirmed("DOGE")
    if status == "stopped":
        world.settle(ended, DOGE="0.000003")
    else:
        Conversion.objects.update(attempts=5)
        factories.sweep()
    doge = Asset.objects.get(code="DOGE")
    ledger.adjust(user=world.user, asset=doge, units=-1, reference="spent")
    Asset.objects.filter(code="DOGE").update(status="delisted")
    ended.refresh_from_db()
    assert ended.status == status
    for row in (ended, ended.lines.get()):
        row.full_clean(exclude=type(row).UNCHECKED)


def test_r1_a_line_worth_the_limit(quoted):
    line = quoted.lines.get()
    line.quoted_rate_btc = Decimal("0.000012")
    assert codes(line) == {Code.OVER_LIMIT}


def test_r1_bnb_and_what_yields_nothing(quoted):
    line = quoted.lines.get()
    line.quoted_net_units = 0
    assert codes(line) == {Code.TOO_SMALL}
    line = quoted.lines.get()
    line.asset = Asset.objects.get(code="BNB")
    assert codes(line) == {Code.IS_BNB}


def test_r8_a_line_with_an_old_price(quoted):
    line = quoted.lines.get()
    line.quoted_observed_at -= timedelta(seconds=61)
    assert codes(line) == {Code.PRICE_UNAVAILABLE}


def test_r4_a_line_that_the_balance_does_not_cover(world):
    line = world.confirmed("DOGE").lines.get()
    line.units += 1
    assert codes(line) == {Code.BALANCE_CHANGED}


def test_r9_a_line_whose_price_changed_by_the_tolerance_or_came_by_another_path(completed):
    line = completed.lines.get()
    line.settled_legs = [{"symbol": "DOGEBTC", "price": "0.0000021"}]
    assert codes(line) == {Code.PRICE_CHANGED}
    line = completed.lines.get()
    line.settled_path = "DOGE→USDT→BTC"
    assert codes(line) == {Code.PATH_CHANGED}


def test_r9_a_line_whose_rate_in_bnb_changed_because_bnbs_price_did(completed):
    line = completed.lines.get()
    line.conversion.settled_legs = [{"symbol": "BNBBTC", "price": "0.0105"}]
    line.full_clean(exclude=Line.UNCHECKED)  # 4.76% less in BNB
    line.conversion.settled_legs = [{"symbol": "BNBBTC", "price": "0.0095"}]
    assert codes(line) == {Code.PRICE_CHANGED}


def test_r9_a_conversion_whose_bnb_came_by_another_path_or_has_no_price(completed):
    """Its line says nothing to that: what cannot be compared is refused once."""
    completed.settled_path = "BNB→USDT→BTC"
    assert codes(completed) == {Code.PATH_CHANGED}
    line = completed.lines.get()
    line.conversion = completed
    line.full_clean(exclude=Line.UNCHECKED)
    completed.settled_path, completed.settled_legs, completed.settled_rate_btc = "", None, None
    assert codes(completed) == {Code.PRICE_UNAVAILABLE}
    line.full_clean(exclude=Line.UNCHECKED)


def test_r7_a_conversion_within_the_wait(world):
    world.settled("ETH")
    world.clock.tick(hours=6)
    world.observe()
    quoted = world.quoted("DOGE")
    quoted.quoted_at -= timedelta(seconds=1)
    assert codes(quoted) == {Code.WAIT}
    before = world.clock() - timedelta(seconds=1)
    quoted.status, quoted.confirmed_at, quoted.next_attempt_at = "confirmed", before, before
    assert codes(quoted) == {Code.WAIT}


def test_r8_a_quote_that_is_confirmed_too_late(world, quoted):
    world.clock.tick(seconds=30)
    quoted.status, quoted.confirmed_at, quoted.next_attempt_at = "confirmed", world.clock(), world.clock()
    assert codes(quoted) == {Code.QUOTE_EXPIRED}
