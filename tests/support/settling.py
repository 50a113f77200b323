"""Taking a confirmed conversion to its end, and what holds when it was stopped."""

from tests.support import factories
from tests.support.factories import World
from wallet import conversions
from wallet.audit import audit
from wallet.models import Conversion, Customer


def settle(world: World, conversion: Conversion, **changes: str | None) -> Conversion | None:
    """The market answers a second after Confirm, and the conversion is settled."""
    world.clock.tick(seconds=1)
    world.observe(**changes)
    return conversions.settle(reference=conversion.reference)


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
