"""Many rows in one statement: what is written is what the fields themselves would write, however it was prepared."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.support import factories
from wallet.database import writing
from wallet.models import Line, Price

MOMENT = datetime(2026, 11, 22, 14, 32, 7, 123456, tzinfo=UTC)


@pytest.fixture
def lines(world):
    owners = [factories.user(f"owner{number}", {"DOGE": "100", "ETH": "0.01"}) for number in range(3)]
    return [line for owner in owners for line in world.confirmed(owner=owner).lines.order_by("pk")]


def written(rows):
    return [Line.objects.get(pk=row.pk) for row in rows]


def test_what_rows_share_is_written_to_each_and_what_they_do_not_share_is_not(lines):
    """Legs have no hash, equal lists are two, and a list is not another's because it stands where that one stood."""
    shared = [{"symbol": "DOGEBTC", "price": "0.000002", "side": "bid"}]
    legs = [shared, shared, None, [dict(shared[0])], [], shared]
    for line, one in zip(lines, legs, strict=True):
        line.settled_legs = one
    assert writing.update(lines, ["settled_legs"]) == len(lines)
    assert [line.settled_legs for line in written(lines)] == legs


def test_a_price_comes_back_as_it_was(world):
    price = Price.objects.get(asset__code="DOGE")
    price.rate_btc, price.observed_at, price.path = Decimal("0.00000165759481600"), MOMENT, "DOGE→USDT→BTC"
    writing.update([price], ["rate_btc", "observed_at", "path"])
    stored = Price.objects.get(pk=price.pk)
    assert (stored.rate_btc, stored.observed_at, stored.path) == (price.rate_btc, MOMENT, price.path)
