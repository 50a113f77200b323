"""A verb reads each row once, with the lock that holds it."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from wallet import conversions
from wallet.models import Account, Asset

ROWS = ("wallet_customer", "wallet_conversion", "wallet_line", "wallet_account", "wallet_price", "wallet_policy")


def loads(verb):
    """How many statements of the verb read rows of each table; asking whether there are any reads none.

    An asset counts where it is read whole.
    """
    with CaptureQueriesContext(connection) as captured:
        verb()
    statements = [query["sql"].strip().replace('"', "") for query in captured]
    asked = [sql for sql in statements if sql.startswith("SELECT")]
    found = Counter(
        table for sql in asked if not sql.startswith("SELECT 1 ") for table in ROWS if f"FROM {table}" in sql
    )
    found["wallet_asset"] = sum("wallet_asset.scale" in sql for sql in asked)
    return {table: count for table, count in found.items() if count}


@pytest.mark.parametrize("codes", [["DOGE"], ["DOGE", "ETH", "EUR"]])
def test_confirm_and_settle_load_each_row_once(world, codes):
    factories.deposit(world.user, "BNB", "0.01")
    Account.objects.ensure_house(Account.Kind.TREASURY, list(Asset.objects.values_list("pk", flat=True)))
    quote = world.quoted(*codes)
    confirm = loads(lambda: conversions.confirm(user=world.user, reference=quote.reference))
    assert confirm == dict.fromkeys(("wallet_customer", "wallet_conversion", "wallet_line", "wallet_asset"), 1) | {
        "wallet_account": 1,
        "wallet_policy": 1,
    }
    world.clock.tick(seconds=1)
    world.observe()
    settle = loads(lambda: conversions.settle(reference=quote.reference))
    # The treasury's accounts are asked for by their ids, the customer's are locked; BNB is none of the lines' assets. What the
    # house breaker adds up is read in the statement that reads the policy. What is claimed alone is read by its claim too,
    # which writes down what became of the attempt before it.
    assert settle == dict.fromkeys(ROWS, 1) | {"wallet_account": 2, "wallet_asset": 2, "wallet_conversion": 3}


def test_quote_loads_each_row_once(world):
    assert loads(lambda: world.quoted("DOGE", "ETH")) == {
        "wallet_conversion": 1,  # those that nobody confirmed, to keep the newest of
        "wallet_customer": 1,
        "wallet_account": 1,
        "wallet_price": 1,
        "wallet_policy": 1,
        "wallet_asset": 2,  # the treasury's limits, of which there are few, come with theirs
    }
