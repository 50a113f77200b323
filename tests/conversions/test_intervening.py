"""P20: staff have a confirmed conversion settled now, or stop it; each once, and never past a worker who is at it."""

import pytest
from django.utils import translation

from tests.support import factories
from tests.support.together import together
from wallet import conversions, roles
from wallet.audit import audit
from wallet.conversions.claims import LEASE, claim
from wallet.models import Conversion, Customer, Entry, StaffAction
from wallet.refusals import Code

WHY = "The customer asked for it."


@pytest.fixture
def rita(world):
    return factories.staff(roles.RISK, "rita")


def stop(by, conversion, reason=WHY):
    return conversions.stop_for(by=by, conversion=conversion, reason=reason)


def test_p20_what_is_stopped_converts_nothing_and_says_so_in_fixed_words(world, rita, events):
    """P20: the operator's own words are for the record, not for the customer."""
    before = factories.balances(world.user)
    conversion = world.confirmed("DOGE")
    entries = Entry.objects.count()
    stopped = stop(rita, conversion)
    found = Conversion.objects.get(pk=conversion.pk)
    assert (stopped.pk, found.status, found.reason_code) == (found.pk, "stopped", Code.STOPPED_BY_STAFF)
    assert WHY not in found.refusals[0].text
    with translation.override("de"):
        assert found.refusals[0].words.cause == "Unser Support hat diese Umwandlung gestoppt."
    assert (factories.balances(world.user), Entry.objects.count()) == (before, entries)
    assert Customer.objects.get(user=world.user).last_converted_at is None
    assert len(events("conversion_stopped", "WARNING")) == 1
    told = StaffAction.objects.get()
    assert (told.staff_name, told.action, told.object_name, told.reason) == ("rita", "stopped", str(found), WHY)
    assert (told.before, told.after) == ({"status": "confirmed"}, {"status": "stopped"})
    assert list(audit()) == []


def test_p20_what_a_worker_has_claimed_is_not_stopped(world, rita):
    """P20: until its claim lapses."""
    conversion = world.confirmed("DOGE")
    claim(conversion.reference)
    with pytest.raises(conversions.Declined, match="A worker is settling"):
        stop(rita, conversion)
    assert (world.status(conversion), StaffAction.objects.count()) == ("confirmed", 0)
    world.clock.tick(seconds=LEASE.total_seconds())
    stop(rita, conversion)
    assert world.status(conversion) == "stopped"


@pytest.mark.parametrize("state", ["quoted", "completed", "stopped"])
def test_what_is_not_in_progress_is_not_stopped(world, rita, state):
    made = {
        "quoted": lambda: world.quoted("DOGE"),
        "completed": lambda: world.settled("DOGE"),
        "stopped": lambda: world.settled("DOGE", DOGE="0.000003"),
    }
    conversion = made[state]()
    with pytest.raises(conversions.Declined, match="is not in progress"):
        stop(rita, conversion)
    assert (world.status(conversion), StaffAction.objects.count()) == (state, 0)


def test_what_was_stopped_is_settled_by_nobody(world, rita):
    conversion = world.confirmed("DOGE")
    stop(rita, conversion)
    assert world.settle(conversion) is None
    assert conversions.settle_round().finished == 0
    assert world.status(conversion) == "stopped"


def test_settling_goes_by_all_the_rules_and_is_told(world, rita):
    conversion = world.confirmed("DOGE")
    with pytest.raises(conversions.PricesPending):
        conversions.settle_for(by=rita, conversion=conversion, reason=WHY)
    world.clock.tick(seconds=1)
    world.observe(DOGE="0.000003")
    ended = conversions.settle_for(by=rita, conversion=conversion, reason=WHY)
    assert (ended.status, ended.reason_code) == ("stopped", Code.PRICE_CHANGED)
    assert [told.action for told in StaffAction.objects.all()] == ["settled_now"] * 2


def test_settling_again_finds_nothing_to_do(world, rita):
    conversion = world.settled("DOGE")
    entries = Entry.objects.count()
    assert conversions.settle_for(by=rita, conversion=conversion, reason=WHY) is None
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("verb", [conversions.settle_for, conversions.stop_for])
@pytest.mark.parametrize(
    ("reason", "words"), [("", "Give a reason"), (" \t ", "Give a reason"), ("x" * 201, "longer than 200 characters")]
)
def test_a_reason_is_more_than_blanks_and_has_an_end(world, rita, verb, reason, words):
    conversion = world.confirmed("DOGE")
    with pytest.raises(conversions.Declined, match=words):
        verb(by=rita, conversion=conversion, reason=reason)
    assert (world.status(conversion), StaffAction.objects.count()) == ("confirmed", 0)


@pytest.mark.parametrize("verb", [conversions.settle_for, conversions.stop_for])
def test_p20_nobody_does_it_without_the_right_or_to_their_own(world, verb):
    """P20."""
    conversion = world.confirmed("DOGE")
    with pytest.raises(conversions.Declined, match="may not"):
        verb(by=factories.staff(roles.TREASURY), conversion=conversion, reason=WHY)
    world.user.is_superuser = True
    with pytest.raises(conversions.Declined, match="your own"):
        verb(by=world.user, conversion=conversion, reason=WHY)
    assert world.status(conversion) == "confirmed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_p20_stopped_or_settled_but_never_both_whoever_is_at_it(transactional_db, turn):
    """P20, P4: two of the staff who stop it, two who have it settled, and two workers, at the same moment."""
    factories.market()
    staff = [factories.staff(roles.SUPPORT, f"sam{number}") for number in range(4)]
    owner = factories.user(holdings={"DOGE": "100"})
    quote = conversions.quote(user=owner, codes=["DOGE"])
    conversion = conversions.confirm(user=owner, reference=quote.reference)
    factories.prices(factories.RATES)
    works = [
        lambda: stop(staff[0], conversion),
        lambda: conversions.settle_for(by=staff[1], conversion=conversion, reason=WHY),
        conversions.settle_round,
        lambda: stop(staff[2], conversion),
        lambda: conversions.settle_for(by=staff[3], conversion=conversion, reason=WHY),
        lambda: conversions.settle(reference=conversion.reference),
    ]
    found = together(*works[turn:], *works[:turn])
    assert [one for one in found if isinstance(one, Exception) and not isinstance(one, conversions.Declined)] == []
    conversions.settle_round()
    ended = Conversion.objects.get(pk=conversion.pk)
    stops = StaffAction.objects.filter(action="stopped").count()
    assert (ended.status, stops) in (("completed", 0), ("stopped", 1))
    assert Entry.objects.filter(transaction__conversion=ended).count() == (4 if ended.is_completed else 0)
    assert list(audit()) == []
