import pytest

from tests.support import shapes
from tests.support.clock import milliseconds
from wallet.market.exchange import Exchange


@pytest.fixture
def asked_at(world):
    return world.clock()


@pytest.fixture
def venue(name, asked_at):
    with shapes.running(shapes.SHAPES[name], milliseconds(asked_at)) as running:
        yield running


@pytest.fixture
def market(venue, name):
    """The exchange as we ask it."""
    return Exchange(name, venue.url)
