"""R6, P20: pausing, resuming, delisting and listing assets: of all that are named or of none, with a reason, and recorded."""

from datetime import date, timedelta

import pytest

from tests.support import factories
from wallet import conversions, listing
from wallet.listing import Deed, NotDone, Wanted
from wallet.models import Asset, Opening, StaffAction
from wallet.refusals import Refused


@pytest.fixture
def clerk(world):
    return factories.staff("risk")


@pytest.fixture
def do(clerk):
    """Has it done to these assets."""

    def done(deed, *codes, reason="The chain has stopped.", **days):
        return listing.carry_out(by=clerk, wanted=Wanted(deed, reason, **days), codes=codes)

    return done


@pytest.fixture
def refused(do):
    """The sentences with which it is refused; nothing is changed then."""

    def problems(deed, *codes, **said):
        before = list(Asset.objects.order_by("pk").values()), Opening.objects.count(), StaffAction.objects.count()
        with pytest.raises(NotDone) as error:
            do(deed, *codes, **said)
        after = list(Asset.objects.order_by("pk").values()), Opening.objects.count(), StaffAction.objects.count()
        assert before == after
        return error.value.problems

    return problems


def code_of(world, code="DOGE"):
    """By which rule the asset can't be quoted; empty where it can."""
    try:
        world.quoted(code)
    except Refused as error:
        return error.refusal.code
    return ""


def test_many_are_paused_at_once_and_each_is_told_with_before_and_after(do, world):
    do(Deed.PAUSE, "DOGE", "ETH")
    assert code_of(world) == code_of(world, "ETH") == "paused"
    told = StaffAction.objects.filter(action="asset_pause").order_by("object_name")
    assert [(one.object_name, one.staff_name, one.reason) for one in told] == [
        ("DOGE", "risk", "The chain has stopped."),
        ("ETH", "risk", "The chain has stopped."),
    ]
    assert told[0].before == {"conversions_paused": False, "pause_reason": ""}
    assert told[0].after == {"conversions_paused": True, "pause_reason": "The chain has stopped."}


def test_one_that_is_resumed_can_be_converted(do, world):
    do(Deed.PAUSE, "DOGE")
    do(Deed.RESUME, "DOGE")
    assert code_of(world) == ""
    assert Asset.objects.get(code="DOGE").pause_reason == ""


def test_r6_an_asset_is_delisted_at_once_without_a_day(do, world):
    """R6."""
    do(Deed.DELIST, "DOGE", withdraw_until=date(2027, 2, 3))
    asset = Asset.objects.get(code="DOGE")
    today = world.clock().date()
    assert (asset.status, asset.delisted_on, asset.withdraw_until) == ("delisted", today, date(2027, 2, 3))
    assert code_of(world) == "delisted"


def test_r6_an_asset_is_delisted_from_its_day_on_by_the_clock_alone(do, world):
    """R6: from the first moment of that day in UTC, for quotes and settlements alike; nobody has to be there."""
    day = (world.clock() + timedelta(days=2)).date()
    do(Deed.DELIST, "DOGE", delisted_on=day)
    assert (Asset.objects.get(code="DOGE").status, code_of(world)) == ("listed", "")
    midnight = world.clock().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    world.clock.tick(seconds=(midnight - world.clock()).total_seconds() - 1)
    world.observe()
    confirmed = world.confirmed("DOGE")  # a second later
    stopped = world.settle(confirmed)
    assert (stopped.status, stopped.reason_code) == ("stopped", "delisted")
    assert code_of(world) == "delisted"


def test_what_is_to_be_delisted_can_be_kept(do, world):
    do(Deed.DELIST, "DOGE", delisted_on=(world.clock() + timedelta(days=2)).date())
    do(Deed.LIST, "DOGE")
    assert Asset.objects.get(code="DOGE").delisted_on is None


def test_an_asset_is_unlisted_and_listed_again(do, world):
    do(Deed.UNLIST, "DOGE")
    assert code_of(world) == "unlisted"
    do(Deed.LIST, "DOGE")
    assert code_of(world) == ""


@pytest.mark.parametrize("code", ["BNB", "BTC"])
@pytest.mark.parametrize("deed", [Deed.DELIST, Deed.UNLIST])
def test_btc_and_bnb_stay_listed_and_so_does_what_was_named_with_them(refused, deed, code):
    (problem,) = refused(deed, "DOGE", code)
    assert problem.startswith(f"{code} stays listed")


def test_what_cannot_be_done_is_said_of_each(do, refused, world):
    today = world.clock().date()
    do(Deed.PAUSE, "DOGE")
    assert refused(Deed.PAUSE, "DOGE", "ETH") == ["DOGE: nothing would change."]
    assert refused(Deed.RESUME, "ETH", "EUR") == ["ETH is not paused.", "EUR is not paused."]
    assert refused(Deed.LIST, "ETH") == ["ETH: nothing would change."]
    assert refused(Deed.PAUSE, "ETH", "XYZ") == ["There is no asset XYZ."]
    assert refused(Deed.PAUSE) == ["Choose at least one asset."]
    assert refused(Deed.PAUSE, "ETH", reason=" \t ") == ["Say why."]
    yesterday, far = today - timedelta(days=1), today + timedelta(days=400)
    assert refused(Deed.DELIST, "ETH", delisted_on=yesterday)[0].startswith(f"Delisted from: {yesterday} is over.")
    assert refused(Deed.DELIST, "ETH", delisted_on=far) == [f"Delisted from: {far} is more than a year ahead."]
    assert "is not after" in refused(Deed.DELIST, "ETH", withdraw_until=today)[0]
    do(Deed.DELIST, "ETH")
    ahead = today + timedelta(days=3)
    assert "is delisted already" in refused(Deed.DELIST, "ETH", delisted_on=ahead)[0]


def test_pausing_bnb_closes_conversions_and_what_is_confirmed_is_finished(do, world):
    confirmed = world.confirmed("DOGE")
    other = factories.user("other", {"ETH": "0.01"})
    quote = world.quoted("ETH", owner=other)
    do(Deed.PAUSE, "BNB", reason="BNB’s chain has stopped.")
    service = Opening.objects.service(world.clock())
    assert service.closure.notice == "BNB’s chain has stopped."
    with pytest.raises(Refused):
        conversions.confirm(user=other, reference=quote.reference)
    assert world.settle(confirmed).status == "completed"
    closing = Opening.objects.get()
    assert (closing.cause, closing.created_by.username) == ("bnb", "risk")
    assert StaffAction.objects.filter(object_type="wallet.opening", object_key=str(closing.pk)).count() == 1


@pytest.mark.parametrize("cause", ["operator", "breaker"])
def test_resuming_bnb_opens_only_what_its_pause_closed(do, world, cause):
    Opening.objects.create(is_open=False, cause=cause, notice="We look.", reason="Too much.")
    do(Deed.PAUSE, "BNB")
    do(Deed.RESUME, "BNB")
    assert Opening.objects.service(world.clock()).closure.notice == "We look."
    assert Opening.objects.stopped().exists() is (cause == "breaker")


def test_a_record_that_opens_ends_no_pause_of_bnb(do, world):
    do(Deed.PAUSE, "BNB", reason="BNB’s chain has stopped.")
    Opening.objects.create(is_open=True)
    assert Opening.objects.service(world.clock()).closure.notice == "BNB’s chain has stopped."
    do(Deed.RESUME, "BNB")
    assert Opening.objects.service(world.clock()).is_open


def test_pausing_btc_closes_nothing(do, world):
    do(Deed.PAUSE, "BTC")
    assert Opening.objects.service(world.clock()).is_open
