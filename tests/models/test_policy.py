"""Policy versions: when each was written."""

from datetime import UTC, datetime

from django.utils import timezone

from tests.support import factories
from wallet.models import Policy


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
