"""P20, M10's neighbour: a floor for BNB and ceilings warn and stop; what is confirmed is finished; two people open again."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from tests.support import factories, proposing
from tests.support.attacks import check_constraints, empty, put_back, refused, sql
from tests.support.html import read
from wallet import ledger, proposals, tasks, treasury
from wallet.models import Asset, Opening, StaffAction, TreasuryLimit
from wallet.proposals import Declined
from wallet.refusals import Refused

ADD = "/admin/wallet/treasurylimit/add/"


@pytest.fixture
def clerk(world):
    return factories.staff("treasury", "clerk")


@pytest.fixture
def other(world):
    return factories.staff("risk", "other")


def units(code, amount):
    return round(amount * 10 ** Asset.objects.get(code=code).scale)


@pytest.fixture
def limit(clerk):
    """Sets a limit as the database takes it."""

    def made(code, side, warn, stop):
        asset = Asset.objects.get(code=code)
        return TreasuryLimit.objects.create(
            asset=asset,
            side=side,
            warn_units=units(code, warn),
            stop_units=units(code, stop),
            reason="x",
            created_by=clerk,
        )

    return made


def give_house(code, amount):
    """The house comes to have so much of its own: a customer's balance is corrected away to it."""
    owner = factories.user(f"giver{code}{amount}", {code: amount})
    asset = Asset.objects.get(code=code)
    ledger.adjust(user=owner, asset=asset, units=-factories.balance(owner, code), reference=f"give-{code}-{amount}")


def test_below_the_floor_no_quote_is_made_and_what_is_confirmed_is_finished(world, limit, events):
    give_house("BNB", "1")
    limit("BNB", "floor", 2, 0.99)
    confirmed = world.confirmed("DOGE")
    assert world.settle(confirmed).status == "completed"  # 0.02 BNB: now below 0.99
    world.clock.tick(hours=7)
    world.observe()
    quote_before = Opening.objects.count()
    with pytest.raises(Refused) as error:
        world.quoted("ETH")
    assert (error.value.refusal.code, quote_before) == ("closed", 0)
    closing = Opening.objects.get()
    assert (closing.cause, closing.created_by) == ("treasury", None)
    assert closing.reason == "New quotes stop: BNB is below the floor: 0.98000000, where 0.99000000 is the bound."
    assert Opening.objects.service(world.clock()).closure.notice == treasury.guard.NOTICE
    assert [said["reason"] for said in events("treasury_closed")] == [closing.reason]
    with pytest.raises(Refused):
        world.quoted("ETH")
    assert Opening.objects.count() == 1


def test_what_was_confirmed_before_the_closing_is_paid(world, limit):
    give_house("BNB", "1")
    confirmed = world.confirmed("DOGE")
    limit("BNB", "floor", 3, 2)
    assert treasury.close_if_stopped() is not None
    assert world.settle(confirmed).status == "completed"


def test_above_a_ceiling_quotes_of_that_asset_stop_and_the_clock_closes_too(world, limit):
    limit("DOGE", "ceiling", 50, 99)
    give_house("DOGE", "99")
    assert world.quoted("DOGE")
    give_house("DOGE", "0.000001")
    assert world.quoted("ETH")
    tasks.sum_house_balances()
    assert Opening.objects.get().cause == "treasury"
    with pytest.raises(Refused):
        world.quoted("ETH")


def test_only_two_people_open_again_and_not_while_it_would_close_at_once(world, limit, clerk, other, operator_browser):
    limit("BNB", "floor", 2, 1)
    treasury.close_if_stopped()
    refused_page = operator_browser.post("/admin/wallet/opening/add/", {"is_open": "on", "reason": "Open."})
    assert "A guard closed conversions." in read(refused_page).text
    with pytest.raises(ValidationError, match="closed again at once"):
        proposing.resuming(clerk)
    give_house("BNB", "5")
    asked = proposing.resuming(clerk)
    proposals.approve(by=other, proposal=asked.pk)
    assert Opening.objects.service(world.clock()).is_open
    assert world.quoted("DOGE")


@pytest.fixture
def operator_browser(world):
    return proposing.browser(factories.operator())


def test_warnings_say_stops_first_then_what_is_warned_of_then_what_is_short(world, limit):
    world.settled("DOGE")
    limit("BNB", "floor", 5, 1)
    limit("DOGE", "ceiling", 99, 200)
    found = treasury.warnings(world.clock())
    assert [(one.level, one.asset, one.side) for one in found] == [
        ("stop", "BNB", "floor"),
        ("warn", "DOGE", "ceiling"),
        ("short", "BNB", ""),
    ]
    assert found[1].text == "Warning: DOGE is above the ceiling: 100.000000, where 99.000000 is the bound."


def test_a_bound_itself_is_allowed_and_a_unit_beyond_is_not(world, limit):
    floor = limit("BNB", "floor", 2, 1)
    assert [floor.stops(units("BNB", 1) + one) for one in (-1, 0)] == [True, False]
    assert [floor.warns(units("BNB", 2) + one) for one in (-1, 0)] == [True, False]
    ceiling = limit("DOGE", "ceiling", 1, 2)
    assert [ceiling.stops(units("DOGE", 2) + one) for one in (0, 1)] == [False, True]


def test_the_log_tells_each_warning_once_and_its_end(world, limit, events):
    world.settled("DOGE")
    limit("DOGE", "ceiling", 99, 200)
    for _ in range(3):
        treasury.watch(world.clock())
    assert [said["name"] for said in events("treasury_warned")] == ["short BNB", "warn DOGE ceiling"]
    give_house("BNB", "1")
    treasury.watch(world.clock())
    assert [said["name"] for said in events("treasury_warning_over")] == ["short BNB"]


def test_the_newest_limit_is_in_force_and_a_lifted_one_is_none(world, limit, clerk, other):
    limit("BNB", "floor", 5, 1)
    limit("BNB", "floor", 6, 2)
    assert [one.warn_units for one in TreasuryLimit.objects.in_force()] == [units("BNB", 6)]
    asked = proposals.propose(by=clerk, kind="limit", payload={"asset": "BNB", "side": "floor"}, reason="x")
    proposals.approve(by=other, proposal=asked.pk)
    assert TreasuryLimit.objects.in_force() == []


# --- setting them ----------------------------------------------------------------------------------------------------


def form(code="BNB", side="floor", warn="50", stop="20", reason="Weekly need."):
    return {"asset": Asset.objects.get(code=code).pk, "side": side, "warn": warn, "stop": stop, "reason": reason}


def test_a_first_limit_and_a_tighter_one_take_effect_at_once(world, clerk):
    client = proposing.browser(clerk)
    assert client.post(ADD, form()).status_code == 302
    assert client.post(ADD, form(warn="60", stop="20")).status_code == 302
    assert [(one.warn_units, one.created_by) for one in TreasuryLimit.objects.all()] == [
        (6_000_000_000, clerk),
        (5_000_000_000, clerk),
    ]
    told = StaffAction.objects.filter(object_type="wallet.treasurylimit").first()
    assert (told.action, told.reason, told.after["warn"]) == ("added", "Weekly need.", "60")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"warn": "10", "stop": "20"}, "It has to be warned of before it stops."),
        ({"code": "DOGE"}, "Only BNB has a floor"),
        ({"side": "middle"}, "Select a valid choice"),
        ({"warn": "1e5"}, "is not an amount"),
        ({"warn": "１２"}, "is not an amount"),
        ({"stop": "-1"}, "is not an amount"),
        ({"stop": "0.123456789"}, "more than 8 decimal places"),
        ({"warn": "9" * 30}, "more than can be kept"),
        ({"reason": "  "}, "This field is required."),
    ],
)
def test_a_limit_that_cannot_be_is_refused_in_words(world, clerk, text, fields, words):
    page = proposing.browser(clerk).post(ADD, form(**fields))
    assert page.status_code == 200
    assert words in text(page)
    assert not TreasuryLimit.objects.exists()


def test_p20_a_looser_limit_needs_two_people(world, clerk, other, limit, text):
    """P20."""
    limit("BNB", "floor", 50, 20)
    client = proposing.browser(clerk)
    assert "propose it, under Proposals" in text(client.post(ADD, form(stop="19")))
    path = "/admin/wallet/proposal/propose/limit/"
    sent = {"asset": "BNB", "side": "floor", "warn": "50", "stop": "19", "reason": "Less is paid."}
    assert "warns at 50, stops at 20 BNB" in text(client.post(path, {**sent, "preview": "1"}))
    asked = client.post(path, {**sent, "propose": "1"})["Location"].split("/")[-3]
    with pytest.raises(Declined, match="yourself"):
        proposals.approve(by=clerk, proposal=int(asked))
    proposals.approve(by=other, proposal=int(asked))
    newest = TreasuryLimit.objects.of(Asset.objects.bnb(), "floor")
    assert (newest.stop_units, newest.created_by, newest.proposal_id) == (units("BNB", 19), clerk, int(asked))
    lifted = proposals.propose(by=clerk, kind="limit", payload={**sent, "warn": "", "stop": ""}, reason="No need.")
    proposals.approve(by=other, proposal=lifted.pk)
    assert TreasuryLimit.objects.in_force() == []


def test_p20_a_limit_that_was_set_meanwhile_is_looked_at_first(world, clerk, other, limit):
    """P20."""
    limit("BNB", "floor", 50, 20)
    payload = {"asset": "BNB", "side": "floor", "warn": "50", "stop": "19"}
    asked = proposals.propose(by=clerk, kind="limit", payload=payload, reason="Less is paid.")
    limit("DOGE", "ceiling", 1, 2)
    with pytest.raises(Declined, match="Things have changed"):
        proposals.approve(by=other, proposal=asked.pk)
    with pytest.raises(ValidationError, match="Nothing changes"):
        proposals.propose(by=clerk, kind="limit", payload={**payload, "stop": "20"}, reason="The same.")


def test_p20_limits_are_written_once_whoever_asks(world, limit, clerk, asked):
    """P20: nor does one say that it was approved."""
    row = limit("BNB", "floor", 50, 20)
    refused(
        lambda: TreasuryLimit.objects.update(stop_units=0),
        lambda: sql("UPDATE wallet_treasurylimit SET stop_units = stop_units"),
        lambda: sql("DELETE FROM wallet_treasurylimit"),
        lambda: put_back("wallet_treasurylimit", row.pk, stop_units=0),
        by="written once",
    )
    check_constraints()
    refused(lambda: empty("wallet_treasurylimit"), by="written once|never emptied")
    forged = {"asset": row.asset, "side": "floor", "reason": "x", "created_by": asked.created_by, "proposal": asked}
    refused(lambda: TreasuryLimit.objects.create(**forged), by="a limit that was proposed was approved")


@pytest.mark.parametrize(
    "fields",
    [
        {"side": "floor", "warn_units": 1, "stop_units": 2},
        {"side": "ceiling", "warn_units": 2, "stop_units": 1},
        {"side": "floor", "warn_units": 1},
        {"side": "floor", "warn_units": 1, "stop_units": -1},
        {"side": "middle"},
        {"side": "floor", "reason": "  "},
    ],
)
def test_the_database_keeps_a_limit_whole(world, clerk, fields):
    with pytest.raises(DatabaseError, match="treasurylimit_"):
        TreasuryLimit.objects.create(**{"asset": Asset.objects.bnb(), "reason": "x", "created_by": clerk, **fields})


def test_a_quote_asks_one_query_more_while_there_are_no_limits(world, queries):
    asked = queries(world.quoted, "DOGE")
    assert sum("wallet_treasurylimit" in sql for sql in asked) == 1


@pytest.mark.parametrize(
    ("side", "looser"),
    [
        ("floor", {"warn_units": 1, "stop_units": 0}),
        ("floor", {"warn_units": 400, "stop_units": 99}),
        ("ceiling", {"warn_units": 200, "stop_units": 401}),
        ("ceiling", {"warn_units": 201, "stop_units": 400}),
        ("floor", {"warn_units": None, "stop_units": None}),
    ],
)
def test_p20_the_database_takes_no_looser_limit_without_a_proposal(world, clerk, side, looser):
    """P20: whoever writes it."""
    bnb = Asset.objects.get(code="BNB")
    first = {"floor": {"warn_units": 200, "stop_units": 100}, "ceiling": {"warn_units": 200, "stop_units": 400}}[side]
    row = {"asset": bnb, "side": side, "reason": "x", "created_by": clerk}
    TreasuryLimit.objects.create(**row, **first)
    refused(
        lambda: TreasuryLimit.objects.create(**row, **looser), by="a limit that gets looser was proposed and approved"
    )
    TreasuryLimit.objects.create(**row, **first)
    other = Asset.objects.get(code="DOGE")
    TreasuryLimit.objects.create(**{**row, "asset": other}, **first)
