import pytest

from tests.support import pages
from wallet.refusals import Code, refusal


@pytest.fixture
def doge():
    return pages.holding("DOGE", "100")


@pytest.fixture
def eth():
    """A balance that can't be converted, because it has no price."""
    return pages.holding("ETH", "0.01", refusal=refusal(Code.PRICE_UNAVAILABLE, asset="ETH"), is_priced=False)
