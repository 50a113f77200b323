"""Months of movements, and their ends."""

import random
from datetime import timedelta

from tests.support import factories
from tests.support.factories import World
from wallet import ledger
from wallet.models import Asset, Pulse
from wallet.models.pulse import AUDITED
from wallet.month_end import Month
from wallet.tasks import audit_ledger


def close(world: World, month: Month) -> Month:
    """Makes a month final: a day after its end an audit passes."""
    world.clock.at = month.ends_at + timedelta(days=1)
    audit_ledger()
    assert Pulse.objects.moments().get(AUDITED) == world.clock.at
    return month


def random_movements(world: World, seed: int) -> None:
    """Deposits, corrections and conversions with a charge in November, December and January."""
    chance = random.Random(seed)
    factories.policy(fee_percent="1.5")
    for number in range(24):
        world.clock.tick(hours=chance.randrange(7, 72))
        world.observe()
        code = chance.choice(["DOGE", "ETH", "EUR"])
        asset = Asset.objects.get(code=code)
        units = chance.randrange(1, 9) * {"DOGE": 10**6, "ETH": 10**4, "EUR": 10}[code]
        deed = chance.choice(["deposit", "adjust", "convert"])
        if deed == "convert" and factories.balance(world.user, code):
            world.settled(code)
        elif deed == "adjust":
            ledger.adjust(user=world.user, asset=asset, units=units, reference=f"A{number}")
        else:
            ledger.deposit(user=world.user, asset=asset, units=units, reference=f"D{number}")
