import pytest
from django.contrib.auth.models import User


@pytest.fixture
def operator(client, world):
    """A superuser's browser, on a site with one completed conversion."""
    world.settled("DOGE")
    client.force_login(User.objects.create_superuser("admin"))
    return client
