import pytest

from wallet.bench import floor, market


@pytest.fixture
def opened(db):
    """A market with as many assets as the bench converts, and the floor."""
    market.open_market(20)
    floor.install()
