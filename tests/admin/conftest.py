import pytest

from tests.support import factories


@pytest.fixture
def operator(client, world):
    """A superuser's browser, on a site with one completed conversion."""
    world.settled("DOGE")
    client.force_login(factories.operator())
    return client
