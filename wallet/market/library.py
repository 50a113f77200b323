"""ccxt, of which only the adapters that are asked for are loaded.

Its own `import` loads those of all hundred exchanges: 36 MB of a process that may have 150 (M11).
"""

import importlib
import re
import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

PACKAGE = "ccxt"
NAME = re.compile(r"[a-z0-9]+")


def _part(name: str) -> ModuleType:
    """A module of ccxt's, without what the package itself would load first."""
    if PACKAGE not in sys.modules:
        spec = find_spec(PACKAGE)
        assert spec is not None
        sys.modules[PACKAGE] = module_from_spec(spec)
    return importlib.import_module(f"{PACKAGE}.{name}")


errors = _part("base.errors")
TICK_SIZE: int = _part("base.decimal_to_precision").TICK_SIZE


def adapter(exchange_id: str) -> Any | None:
    """The class by which ccxt asks this exchange, or None where it knows no such exchange."""
    spec = find_spec(f"{PACKAGE}.{exchange_id}") if NAME.fullmatch(exchange_id) else None
    if spec is None or spec.submodule_search_locations is not None:  # a package of its is no exchange
        return None
    return getattr(_part(exchange_id), exchange_id)
