"""What the journeys change inside their site, run by its own manage.py."""

import json

from django.db import transaction

from tests.support import factories, stage
from wallet.market.demo_assets import HOLDINGS
from wallet.models import MarketRound


@transaction.atomic
def make(first: int, count: int) -> None:
    """Makes customers with the demonstration's balances, signs them in, and prints their session keys."""
    made = [factories.user(f"customer-{first + number}", HOLDINGS, password=None) for number in range(count)]
    print(json.dumps([stage.signed_in(user)["session"] for user in made]))


def change_price(code: str) -> None:
    """The market answers, once, with a price that has changed too much."""
    stage.observe(changes={code: "10"})
    MarketRound.objects.all().delete()  # the stage has more markets than the site, beside which its next round has too few
