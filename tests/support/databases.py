"""The product on another database than the suite's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def database(other: BaseDatabaseWrapper) -> Iterator[None]:
    """The product on another database for a while."""
    own = connections["default"]
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = own
