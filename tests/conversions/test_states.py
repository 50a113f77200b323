"""A change of state is one conditional update; whoever comes second is told."""

import inspect

import pytest
from django.db import IntegrityError

from wallet import conversions
from wallet.conversions import rules, states
from wallet.models import Conversion


def test_p4_a_change_of_state_that_somebody_made_first_is_refused(world):
    """P4: the row is no longer in the state that it was read in, so nothing is written, and nobody believes that it was."""
    stale = Conversion.objects.get(pk=world.confirmed("DOGE").pk)
    world.clock.tick(seconds=1)
    world.observe()
    done = conversions.settle(reference=stale.reference)
    with pytest.raises(IntegrityError, match="No longer confirmed"):
        states.write_ends([stale])
    with pytest.raises(IntegrityError, match="No longer quoted"):
        states.confirm(stale, at=world.clock())
    assert world.status(done) == "completed"


@pytest.mark.parametrize(
    "verb",
    [
        conversions.quote,
        conversions.renew,
        conversions.confirm,
        conversions.settle,
        states.confirm,
        states.complete,
        states.end_without,
        rules.judge,
    ],
)
def test_what_decides_is_named_where_a_verb_is_called(verb):
    """A status in the place of another reads like the right one; so they are keywords."""
    kinds = [one.kind for one in inspect.signature(verb).parameters.values()]
    assert inspect.Parameter.KEYWORD_ONLY in kinds
    assert inspect.Parameter.POSITIONAL_ONLY not in kinds
