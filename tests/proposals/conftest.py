import pytest

from tests.support import proposing


@pytest.fixture
def paula(world):
    """Who proposes."""
    return proposing.proposer()


@pytest.fixture
def ada(world):
    """Who decides."""
    return proposing.approver()


@pytest.fixture
def asked(world, paula):
    """A fee of 1% in two hours, proposed."""
    return proposing.proposed(paula, world.clock())
