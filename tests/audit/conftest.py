import pytest

from tests.support import factories
from tests.support.tampering import found


@pytest.fixture
def three(world):
    """Three completed conversions, one after the other."""
    factories.policy(interval_seconds=0)
    done = []
    for codes in (["DOGE"], ["ETH"], ["EUR"]):
        done.append(world.settled(*codes))
        world.clock.tick(seconds=1)
        world.observe()
    assert found() == []
    return done
