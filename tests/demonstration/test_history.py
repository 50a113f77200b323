"""The demonstration's history is made by the product's own verbs, once, and the audit finds nothing wrong with it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.support import factories
from wallet import conversions
from wallet.audit import audit
from wallet.database import clock
from wallet.demo_users import NAMES
from wallet.demonstration import history
from wallet.models import (
    Asset,
    Conversion,
    Customer,
    Decision,
    MarketRound,
    OutboxMail,
    Policy,
    Proposal,
    Pulse,
    Transaction,
)
from wallet.models.pulse import AUDITED

Status = Conversion.Status


def seed_demo(*args):
    out = StringIO()
    call_command("seed_demo", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def seeded(db):
    """A demonstration with its history; what the command said."""
    return seed_demo("--history")


def ended():
    return list(Conversion.objects.order_by("pk"))


def test_it_has_every_way_in_which_a_conversion_ends(seeded):
    assert {one.status for one in ended()} == {Status.COMPLETED, Status.STOPPED, Status.FAILED}
    assert {one.reason_code for one in ended()} == {"", "price_changed", "too_late", "attempts"}
    assert {one.user.username for one in ended()} == {"demo"}


def test_the_audit_finds_nothing_and_the_operators_see_when_it_passed(seeded):
    assert "the ledger was audited" in seeded
    assert list(audit()) == []
    assert Pulse.objects.filter(name=AUDITED).exists()


def test_completed_ones_stand_in_enough_months_to_be_compared(seeded):
    months = {one.finished_at.strftime("%Y-%m") for one in ended() if one.is_completed}
    assert len(months) >= 3
    first, last = ended()[0].quoted_at, ended()[-1].quoted_at
    assert timedelta(days=80) < last - first < timedelta(days=92)


def test_each_was_judged_by_the_first_version_and_at_prices_of_after_its_confirm(seeded):
    first = Policy.objects.order_by("pk")[0]
    assert {one.policy_id for one in ended()} == {first.pk}
    for one in ended():
        assert one.quoted_observed_at <= one.quoted_at < one.confirmed_at
        assert not one.is_completed or one.confirmed_at <= one.settled_observed_at <= one.finished_at
        assert one.transaction is None or one.transaction.posted_at == one.finished_at


def test_what_was_received_says_its_worth_by_the_round_of_that_time(seeded):
    ended = Conversion.objects.finished()
    assert {(one.currency, one.received_worth is not None) for one in ended.completed()} == {("USD", True)}
    assert {one.received_worth for one in ended.exclude(status="completed")} == {None}


def test_the_stop_by_the_tolerance_has_both_prices_and_moved_nothing(seeded):
    stopped = Conversion.objects.get(reason_code="price_changed")
    line = stopped.lines.get(asset__code="JUMP")
    assert line.settled_rate_btc > line.quoted_rate_btc
    assert stopped.transaction is None
    assert stopped.reasons[0]["facts"]["asset"] == "JUMP"


def test_the_houses_bnb_was_proposed_by_one_and_approved_by_another_before_anything_was_paid(seeded):
    booked = Transaction.objects.get(kind=Transaction.Kind.BOOKING)
    decision = Decision.objects.select_related("proposal").get()
    assert (decision.proposal.created_by.username, decision.created_by.username) == ("admin", "approver")
    assert decision.proposal.payload["reference"] == booked.reference
    assert booked.posted_at < ended()[0].quoted_at
    waiting = Proposal.objects.waiting(clock.now()).get()
    assert waiting.created_by.username == "admin"


def test_a_visitor_can_convert_at_once_and_again_after_a_minute(seeded):
    policy = Policy.objects.newest()
    assert policy.interval == timedelta(minutes=1)
    first = Policy.objects.order_by("pk")[0]
    kept = (
        "dust_limit_btc",
        "tolerance_percent",
        "fee_percent",
        "quote_seconds",
        "longest_wait_seconds",
        "breaker_bnb",
    )
    assert [getattr(policy, name) for name in kept] == [getattr(first, name) for name in kept]
    user = factories.User.objects.get(username="demo")
    assert conversions.quote(user=user, codes=["DOGE", "JUMP"]).policy == policy
    assert user.date_joined < ended()[0].quoted_at


def test_no_mail_goes_today_of_what_is_long_over_and_of_the_next_one_it_does(seeded):
    assert not OutboxMail.objects.exists()
    assert Customer.objects.get(user__username="demo").wants_receipts


def test_it_is_made_once(seeded):
    before = Transaction.objects.count(), Conversion.objects.count(), Policy.objects.count(), Proposal.objects.count()
    assert "Three months" not in seed_demo("--history")
    after = Transaction.objects.count(), Conversion.objects.count(), Policy.objects.count(), Proposal.objects.count()
    assert after == before


def test_nothing_older_is_put_under_what_happened_already(db):
    seed_demo()
    assert "Three months" not in seed_demo("--history")
    assert not Conversion.objects.exists()
    assert not Asset.objects.filter(code="JUMP").exists()
    assert Policy.objects.newest().interval == timedelta(hours=6)


def test_rounds_that_were_asked_already_count_as_something_that_happened(db):
    seed_demo()
    assert MarketRound.objects.exists()
    assert not history.is_possible()


def test_prices_of_an_exchange_are_no_demonstration(db, settings):
    settings.PRICE_SOURCE, settings.EXCHANGE_URL = "exchange", "http://127.0.0.1:9"
    call_command("seed_demo", "--history", stdout=StringIO(), stderr=StringIO())
    assert not Conversion.objects.exists()


def test_what_breaks_off_leaves_nothing_behind(db, monkeypatch):
    def break_off():
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "_shorten_the_wait", break_off)
    with pytest.raises(KeyboardInterrupt):
        seed_demo("--history")
    assert not (Transaction.objects.exists() or Conversion.objects.exists() or factories.User.objects.exists())
    monkeypatch.undo()
    assert "Three months" in seed_demo("--history")


def test_production_gets_none(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="This is production"):
        seed_demo("--history")
    assert not factories.User.objects.filter(username__in=NAMES).exists()


def test_operators_who_lost_their_rights_are_told_that_they_cannot_book(db):
    factories.User.objects.create_user("admin", is_staff=True)
    with pytest.raises(CommandError, match="no right to propose"):
        seed_demo()
    assert not Transaction.objects.exists()
