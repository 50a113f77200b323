"""A policy version, proposed: bounds, warnings, its moment of effect, and that nothing is judged by it before (P20)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError

from tests.support import factories, proposing
from tests.support.tampering import found
from wallet import conversions, proposals
from wallet.models import Policy, PolicyWithdrawal, Proposal
from wallet.proposals import Declined, bounds
from wallet.refusals import Refused


def propose(by, payload, *, confirms=True):
    return proposals.propose(by=by, kind="policy", payload=payload, reason="Dust.", confirms=confirms)


def problems(by, payload, *, confirms=True):
    with pytest.raises(ValidationError) as caught:
        propose(by, payload, confirms=confirms)
    assert not Proposal.objects.exists()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else error.messages


@pytest.fixture
def payload(world):
    """In two hours, with these changes."""
    return lambda **changes: proposing.figures(world.clock() + timedelta(hours=2), **changes)


def test_p20_the_typo_is_refused_with_each_figure_and_its_bound(paula, payload):
    """P20: limit 1.2 BTC, no wait, tolerance 500%, charge 50%."""
    wider = " Only the setting POLICY_BOUNDS can widen it."
    assert problems(paula, payload(**proposing.TYPO)) == {
        "dust_limit_btc": [f"Dust limit (BTC): 1.2 is above the bound of 0.01.{wider}"],
        "interval_seconds": [f"Time between conversions (seconds): 0 is below the bound of 3600.{wider}"],
        "tolerance_percent": [f"Price tolerance (%): 500 is above the bound of 20.{wider}"],
        "fee_percent": [f"Service fee (%): 50 is above the bound of 5.{wider}"],
    }


def test_p20_with_wider_bounds_the_typo_warns_needs_two_and_can_be_withdrawn(world, paula, ada, payload, settings):
    """P20: and no conversion is judged by it before its time."""
    settings.POLICY_BOUNDS = {
        "dust_limit_btc": "0.0001:2",
        "interval_seconds": "0:604800",
        "tolerance_percent": "0.5:900",
        "fee_percent": "0:60",
    }
    typo = payload(**proposing.TYPO)
    warned = problems(paula, typo, confirms=False)["confirms"]
    assert warned == [
        "Dust limit (BTC) goes from 0.0012 to 1.2: more than twice of what it is.",
        "Time between conversions (seconds) goes from 21600 to 0: less than half of what it is.",
        "Price tolerance (%) goes from 5 to 500: more than twice of what it is.",
        "Service fee (%) goes from 0 to 50: more than twice of what it is.",
    ]
    asked = propose(paula, typo)
    assert Policy.objects.count() == 1
    proposals.approve(by=ada, proposal=asked.pk)
    pending = Policy.objects.newest()
    world.observe()
    assert world.settled("DOGE").policy == world.policy
    wanda = proposing.staff("wanda", "withdraw_policy")
    assert proposals.withdraw(by=wanda, policy=pending.pk, reason="A typo.").policy == pending
    world.clock.tick(hours=7)
    world.observe()
    assert world.settled("ETH").policy == world.policy
    assert found() == []


def test_a_quote_from_before_is_judged_as_it_was_made_and_one_from_after_by_the_new_version(world, paula, ada):
    """Only the wait is that of the version in force when it is asked."""
    proposals.approve(by=ada, proposal=proposing.proposed(paula, world.clock(), fee_percent="1").pk)
    moment = world.clock() + timedelta(hours=2)
    world.clock.tick(hours=2, seconds=-1)
    world.observe()
    before = world.quoted("DOGE")
    assert before.policy == world.policy
    world.clock.tick(seconds=1)
    assert world.clock() == moment
    conversions.confirm(user=world.user, reference=before.reference)
    world.clock.tick(seconds=1)
    world.observe()
    assert conversions.settle(reference=before.reference).fee_units == 0
    other = factories.user("other", {"DOGE": "100"})
    after = world.settled("DOGE", owner=other)
    assert (after.policy.fee_percent, after.fee_units > 0) == (Decimal(1), True)
    assert found() == []


def test_the_wait_is_the_version_in_forces_from_its_moment_on(world, paula, ada):
    """R7: a customer may convert by the shorter wait as soon as it is in force, and the audit finds nothing wrong."""
    first = world.settled("DOGE")
    asked = proposing.proposed(paula, world.clock(), after=timedelta(hours=4), interval_seconds="10800")
    proposals.approve(by=ada, proposal=asked.pk)
    world.clock.tick(hours=3, minutes=30)
    world.observe()
    with pytest.raises(Refused) as caught:
        world.quoted("ETH")
    assert caught.value.code == "wait"
    world.clock.tick(minutes=30)
    world.observe()
    second = world.settled("ETH")
    assert (first.is_completed, second.is_completed) == (True, True)
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        *(
            ({"dust_limit_btc": text}, "dust_limit_btc")
            for text in ("", "-1", "1e-3", "0_1", "٠.٠٠١", "NaN", "0,001", "x")
        ),
        ({"dust_limit_btc": "0.001000001"}, "dust_limit_btc"),
        ({"fee_percent": "1.0001"}, "fee_percent"),
        ({"quote_seconds": "30.5"}, "quote_seconds"),
        ({"breaker_bnb": "10000.1"}, "breaker_bnb"),
        ({"price_side": "first"}, "price_side"),
        ({"second_factor": ""}, "second_factor"),
        ({"effective_from": ""}, "effective_from"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"effective_from": "2026-11-22 14:32:07"}, "effective_from"),
        ({"effective_from": "2026-11-22T16:32:07+02:00"}, "effective_from"),
        ({"effective_from": "0001-01-01T00:00:00+14:00"}, "effective_from"),
        ({"effective_from": "9999-12-31T23:59:59-14:00"}, "effective_from"),
        ({"effective_from": "2026-02-30 10:00"}, "effective_from"),
    ],
)
def test_what_is_no_version_is_refused_by_field(paula, payload, changes, field):
    assert set(problems(paula, payload(**{"fee_percent": "1", **changes}))) == {field}


def test_what_changes_nothing_is_refused(paula, payload):
    assert problems(paula, payload()) == ["Nothing changes: these are the figures of the newest version."]


@pytest.mark.parametrize(
    ("changes", "is_warned"),
    [
        ({"dust_limit_btc": "0.0024"}, False),
        ({"dust_limit_btc": "0.00240001"}, True),
        ({"dust_limit_btc": "0.0006"}, False),
        ({"dust_limit_btc": "0.00059999"}, True),
        ({"fee_percent": "0.001"}, True),
        ({"interval_seconds": "43200"}, False),
        ({"interval_seconds": "43201"}, True),
    ],
)
def test_whatever_moves_more_than_twice_has_to_be_confirmed(paula, payload, changes, is_warned):
    if is_warned:
        assert set(problems(paula, payload(**changes), confirms=False)) == {"confirms"}
    assert propose(paula, payload(**changes), confirms=is_warned)


def test_effect_times_do_not_cross(world, paula, ada, payload):
    proposals.approve(by=ada, proposal=proposing.proposed(paula, world.clock(), after=timedelta(hours=5)).pk)
    pending = Policy.objects.newest()
    for text in ("2026-11-22 19:32:07", "2026-11-22 15:00"):
        with pytest.raises(ValidationError, match=f"Version {pending.pk} takes effect at 2026-11-22 19:32:07 UTC"):
            propose(paula, payload(fee_percent="2", effective_from=text))
    assert propose(paula, payload(fee_percent="2", effective_from="2026-11-22 19:32:08"))


def test_a_version_is_withdrawn_before_its_time_or_never(world, paula, ada):
    proposals.approve(by=ada, proposal=proposing.proposed(paula, world.clock()).pk)
    pending, wanda = Policy.objects.newest(), proposing.staff("wanda", "withdraw_policy")
    for by, policy, reason, words in (
        (ada, pending, "A typo.", "no right"),
        (wanda, pending, "  ", "Say why"),
        (wanda, pending, "x" * 201, "more than 200"),
        (wanda, world.policy, "A typo.", "in effect already"),
    ):
        with pytest.raises(Declined, match=words):
            proposals.withdraw(by=by, policy=policy.pk, reason=reason)
    world.clock.tick(hours=2)
    with pytest.raises(Declined, match="in effect already"):
        proposals.withdraw(by=wanda, policy=pending.pk, reason="A typo.")
    world.clock.tick(seconds=-1)
    assert proposals.withdraw(by=wanda, policy=pending.pk, reason="A typo.")
    with pytest.raises(Declined, match="was withdrawn already"):
        proposals.withdraw(by=wanda, policy=pending.pk, reason="A typo.")
    assert PolicyWithdrawal.objects.count() == 1


@pytest.mark.parametrize(
    "given", [{"fee": "0:1"}, {"fee_percent": "1"}, {"fee_percent": "2:1"}, {"fee_percent": "-1:1"}]
)
def test_bounds_that_are_none_stop_the_start(settings, given):
    settings.POLICY_BOUNDS = given
    with pytest.raises(ImproperlyConfigured, match="POLICY_BOUNDS"):
        bounds.configured()


@pytest.mark.parametrize("hours", [0, 721])
def test_a_wait_that_is_none_stops_the_start(settings, hours):
    settings.PROPOSAL_HOURS = hours
    with pytest.raises(ImproperlyConfigured, match="PROPOSAL_HOURS"):
        bounds.lifetime()


def test_the_first_policy_is_within_its_bounds(db):
    first = Policy.objects.current()
    for name, allowed in bounds.BOUNDS.items():
        assert allowed.problem(name, Decimal(getattr(first, name))) == ""
