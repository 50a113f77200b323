"""What holds when a conversion was stopped, and a round that somebody stands in the way of."""

import threading
from collections.abc import Callable
from importlib import import_module

import pytest
from django.db import connection, transaction

from tests.support import factories
from tests.support.factories import World
from tests.support.together import together
from wallet import conversions
from wallet.audit import audit
from wallet.conversions import claims
from wallet.models import Conversion, Customer


def assert_stopped(world: World, conversion: Conversion, before: dict[str, int], *codes: str) -> None:
    """P7: it is over, for these reasons, and no balance changed."""
    assert conversion.status == "stopped"
    assert [reason["code"] for reason in conversion.reasons] == list(codes)
    assert conversion.reason_code == codes[0]
    assert factories.balances(world.user) == before
    assert conversion.transaction is None
    assert conversion.net_units is None
    assert Customer.objects.get(user=world.user).last_converted_at is None
    assert not list(audit())


def settled_while_held(
    row: Conversion, deposit: Callable[[], None], when_alone: Callable[[], None] = lambda: None
) -> int:
    """A round during which a deposit to the customer of this conversion goes on until it is its turn alone.

    How many it finished. `when_alone` is called as each that is settled alone is claimed. SQLite has one writer: there nobody
    is held, and the deposit is over before the round.
    """
    if connection.vendor == "sqlite":
        deposit()
        return conversions.settle_round().finished
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            deposit()
            held.set()
            assert over.wait(60)

    def settle() -> int:
        assert held.wait(60)
        return conversions.settle_round().finished

    def claim(reference: str) -> claims.Claim | None:
        when_alone()
        if reference == row.reference:
            over.set()
        return claims.claim(reference)

    module = import_module("wallet.conversions.settle")  # by name: the package has the verb of that name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "claim", claim)
        deposited, finished = together(hold, settle)
    assert deposited is None
    assert isinstance(finished, int)
    return finished
