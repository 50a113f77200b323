"""Values that are handed from one function to the next cannot be changed on the way."""

import dataclasses
import importlib
import pkgutil

import wallet

SKIPPED = (
    "wallet.migrations",
    "wallet.management",
    "wallet.market.exchange",
    "wallet.market.library",
)  # the last load ccxt


def values():
    """Every dataclass of the wallet."""
    for found in pkgutil.walk_packages(wallet.__path__, "wallet."):
        if not found.name.startswith(SKIPPED):
            module = importlib.import_module(found.name)
            yield from (one for one in vars(module).values() if isinstance(one, type) and dataclasses.is_dataclass(one))


def test_every_value_is_frozen():
    found = set(values())
    assert len(found) > 20
    assert [one.__qualname__ for one in found if not one.__dataclass_params__.frozen] == []
