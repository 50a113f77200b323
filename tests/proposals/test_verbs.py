"""P20: who proposes does not decide; what is approved has its effect once, and only as things were when it was proposed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from tests.support import factories, proposing
from wallet import proposals
from wallet.models import Decision, Opening, Policy, Proposal, StaffAction
from wallet.proposals import Declined


def declined(verb, by, asked, **fields):
    """Why; nothing is written then."""
    before = Decision.objects.count(), Policy.objects.count(), Opening.objects.count()
    with pytest.raises(Declined) as caught:
        verb(by=by, proposal=asked.pk, **fields)
    assert (Decision.objects.count(), Policy.objects.count(), Opening.objects.count()) == before
    return str(caught.value)


def test_what_another_approves_happens_and_says_who_and_why(world, paula, ada, asked):
    assert Policy.objects.count() == 1
    decision = proposals.approve(by=ada, proposal=asked.pk, reason=" Looked. ")
    made = Policy.objects.newest()
    assert (decision.outcome, decision.reason, decision.created_by) == ("approved", "Looked.", ada)
    assert (made.proposal, made.created_by, made.reason) == (asked, paula, "More dust.")
    assert made.effective_from == world.clock() + timedelta(hours=2)


def test_p20_nobody_approves_or_refuses_their_own(world):
    """P20: not a superuser either."""
    root = factories.operator()
    asked = proposing.proposed(root, world.clock())
    assert "You proposed this yourself" in declined(proposals.approve, root, asked)
    assert "take it back instead" in declined(proposals.refuse, root, asked, reason="No.")


def test_it_is_decided_on_once(ada, asked):
    proposals.approve(by=ada, proposal=asked.pk)
    again = "ada decided on this already: approved at 2026-11-22 14:32:07 UTC."
    assert declined(proposals.approve, ada, asked) == again
    assert declined(proposals.refuse, proposing.approver("ben"), asked, reason="No.") == again
    assert "decided on this already" in declined(proposals.take_back, asked.created_by, asked)


def test_what_is_refused_has_no_effect_and_says_why(ada, asked):
    assert declined(proposals.refuse, ada, asked, reason="  ") == "Say why you refuse it."
    decision = proposals.refuse(by=ada, proposal=asked.pk, reason="A typo.")
    assert (decision.outcome, decision.reason) == ("refused", "A typo.")
    assert Policy.objects.count() == 1
    assert "refused at" in declined(proposals.approve, ada, asked)


def test_who_proposed_takes_it_back_and_nobody_else(paula, ada, asked):
    assert "Only who proposed this" in declined(proposals.take_back, ada, asked)
    assert proposals.take_back(by=paula, proposal=asked.pk).outcome == "taken_back"
    assert "taken back at" in declined(proposals.approve, ada, asked)


def test_it_lapses_after_a_day_and_not_before(world, paula, ada):
    asked = proposing.proposed(paula, world.clock(), after=timedelta(days=3))
    world.clock.tick(hours=24)
    assert "This lapsed at 2026-11-23 14:32:07 UTC" in declined(proposals.approve, ada, asked)
    assert "This lapsed" in declined(proposals.refuse, ada, asked, reason="No.")
    assert "This lapsed" in declined(proposals.take_back, paula, asked)
    world.clock.tick(seconds=-0.001)
    assert proposals.approve(by=ada, proposal=asked.pk).outcome == "approved"


def test_how_long_it_waits_is_a_setting(world, paula, settings):
    settings.PROPOSAL_HOURS = 2
    assert proposing.proposed(paula, world.clock()).lapses_at == world.clock() + timedelta(hours=2)


def test_what_has_changed_meanwhile_is_not_approved(world, paula, ada, asked):
    other = proposing.proposed(paula, world.clock(), after=timedelta(hours=3), fee_percent="2")
    proposals.approve(by=ada, proposal=asked.pk)
    assert "Things have changed since this was proposed" in declined(proposals.approve, ada, other)
    assert proposals.refuse(by=ada, proposal=other.pk, reason="Old.").outcome == "refused"


def test_what_has_become_impossible_is_not_approved(world, ada, asked, settings):
    settings.POLICY_BOUNDS = {"fee_percent": "0:0.5"}
    assert "Service fee (%): 1 is above the bound of 0.5." in declined(proposals.approve, ada, asked)
    settings.POLICY_BOUNDS = {}
    world.clock.tick(hours=2)
    assert "This moment is over." in declined(proposals.approve, ada, asked)


@pytest.mark.parametrize("changes", [{"is_active": False}, {"is_staff": False}, {"rights": ()}])
def test_who_lost_the_right_since_has_nothing_approved_and_approves_nothing(paula, ada, asked, changes):
    for user in (paula, ada):
        rights = list(user.user_permissions.all())
        user.user_permissions.set(changes.get("rights", rights))
        type(user).objects.filter(pk=user.pk).update(
            **{name: value for name, value in changes.items() if name != "rights"}
        )
        assert "no right" in declined(proposals.approve, ada, asked)
        user.user_permissions.set(rights)
        type(user).objects.filter(pk=user.pk).update(is_active=True, is_staff=True)
    assert proposals.approve(by=ada, proposal=asked.pk)


def test_who_may_not_propose_proposes_nothing(world, ada):
    with pytest.raises(Declined, match="You have no right to propose this"):
        proposing.proposed(ada, world.clock())
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": " \t\n "}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"evidence": "x" * 501}, "evidence"),
    ],
)
def test_a_reason_of_blanks_is_none_and_a_text_has_its_length(world, paula, texts, field):
    payload = proposing.figures(world.clock() + timedelta(hours=1), fee_percent="1")
    with pytest.raises(ValidationError) as caught:
        proposals.propose(by=paula, kind="policy", payload=payload, **{"reason": "Dust.", "confirms": True, **texts})
    assert set(caught.value.message_dict) == {field}
    assert not Proposal.objects.exists()


class OfACustomer(type(proposals.KINDS["resume"])):
    """A kind that concerns somebody, as corrections will."""

    about = None

    def concerns(self, payload):
        return self.about


def test_p20_whom_it_concerns_has_no_part_in_it(world, paula, ada, monkeypatch):
    """P20: an operator who is also the customer neither proposes nor decides."""
    proposing.breaker_closes()
    kind = OfACustomer()
    monkeypatch.setitem(proposals.KINDS, "resume", kind)
    kind.about = paula
    with pytest.raises(Declined, match="This concerns yourself: another operator has to propose it"):
        proposing.resuming(paula)
    kind.about = ada
    asked = proposing.resuming(paula)
    assert "This concerns yourself" in declined(proposals.approve, ada, asked)
    assert "This concerns yourself" in declined(proposals.refuse, ada, asked, reason="No.")
    assert proposals.approve(by=proposing.approver("ben"), proposal=asked.pk)


def test_each_deed_is_in_the_staffs_log_and_logged_once_it_is_committed(
    world, paula, ada, events, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        asked = proposing.proposed(paula, world.clock())
        assert events("staff_acted") == []
    with django_capture_on_commit_callbacks(execute=True):
        proposals.approve(by=ada, proposal=asked.pk)
    found = [(one["deed"], one["staff_id"], one["model"], one["row"]) for one in events("staff_acted")]
    of = ("wallet.proposal", str(asked.pk))
    assert found == [("proposed", paula.pk, *of), ("approved", ada.pk, *of)]
    told = StaffAction.objects.order_by("pk").values_list("action", "staff_name", "reason", "before", "after")
    assert list(told) == [
        ("proposed", "paula", asked.reason, asked.state, asked.payload),
        ("approved", "ada", "", None, asked.payload),
    ]


def test_a_deed_that_fails_is_in_no_log(world, paula):
    asked = proposing.proposed(paula, world.clock())
    with pytest.raises(Declined):
        proposals.approve(by=paula, proposal=asked.pk)
    assert list(StaffAction.objects.values_list("action", flat=True)) == ["proposed"]
