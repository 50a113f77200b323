"""Policy versions: when each was written, and which is in force."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from tests.support import factories
from wallet.conversions import breaker
from wallet.models import Policy, PolicyWithdrawal


def test_a_version_is_dated_by_the_databases_clock(world, monkeypatch):
    """Whatever the clock of the machine says that writes it: the audit compares it with conversions of all machines."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(1999, 12, 31, tzinfo=UTC))
    made = factories.policy()
    assert made.created_at == Policy.objects.get(pk=made.pk).created_at == world.clock()


def test_a_version_that_is_made_of_another_has_a_moment_of_its_own(world):
    first = factories.policy()
    world.clock.tick(hours=1)
    copy = Policy.objects.get(pk=first.pk)
    copy.pk = None
    copy.save(force_insert=True)
    assert copy.created_at == world.clock()
    assert Policy.objects.get(pk=first.pk).created_at != world.clock()


def in_force(world, after):
    """The version in force so long after now, as rows and as the settlement's own statement find it."""
    at = world.clock() + after
    found = Policy.objects.in_effect(at)
    assert breaker.read_breaker(at).policy == found
    return found


def test_the_version_in_force_is_the_newest_whose_time_has_come_and_that_nobody_withdrew(world):
    hour, moment = timedelta(hours=1), timedelta(microseconds=1)
    at_once = factories.policy()
    first, second, third = (factories.policy(effective_from=world.clock() + hours * hour) for hours in (1, 2, 3))
    PolicyWithdrawal.objects.create(policy=second, reason="A typo.")
    expected = [(0 * hour, at_once), (hour - moment, at_once), (hour, first), (2 * hour, first), (3 * hour, third)]
    assert [(after, in_force(world, after)) for after, _ in expected] == expected
    assert list(Policy.objects.pending(world.clock())) == [first, third]
    assert list(Policy.objects.pending(world.clock() + hour)) == [third]
    assert Policy.objects.newest() == third


def test_it_is_asked_in_one_query(world, queries):
    for hours in range(1, 5):
        factories.policy(effective_from=world.clock() + timedelta(hours=hours))
    assert len(queries(Policy.objects.in_effect, world.clock())) == 1
