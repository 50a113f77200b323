"""What the bench converts: the demonstration's assets and prices, policies that let everything pass, and quotes to copy."""

import random
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from wallet import conversions, ledger, money, validators
from wallet.bench.errors import BenchError
from wallet.market import rounds
from wallet.market.books import BTC
from wallet.market.demo_assets import DEMO_ASSETS
from wallet.models import Account, Asset, Conversion, Opening, Policy, Price

DAY = 86_400
# The demonstration's prices move by more than the documented tolerance while the bench lasts, and what is confirmed may
# wait long for its turn. Every rule is judged all the same, and the house breaker asked.
FIGURES: dict[str, Any] = {
    "dust_limit_btc": Decimal("0.0012"),
    "interval_seconds": 6 * 3600,
    "tolerance_percent": Decimal(100),
    "quote_seconds": DAY,
    "price_age_seconds": DAY,
    "longest_wait_seconds": DAY,
    "breaker_bnb": Decimal(9_999_999),
    "reason": "The bench.",
}
NO_FEE, FEE = Decimal(0), Decimal("0.75")
# What a balance is worth, in 0.00000001 BTC: below the limit wherever the prices go.
WORTH = (10_000, 90_000)

CODES = [entry.code for entry in DEMO_ASSETS if entry.usd is not None and entry.code not in (BTC, validators.BNB)]


def open_market(assets: int) -> None:
    """Prices for that many assets, and for those that every conversion needs. Raises BenchError: there are not so many."""
    if assets > len(CODES):
        raise BenchError(f"The demonstration prices {len(CODES)} assets that can be converted, not {assets}.")
    wanted = {BTC, validators.BNB, *CODES[:assets]}
    for entry in DEMO_ASSETS:
        if entry.code in wanted:
            Asset.objects.create(code=entry.code, name=entry.name, scale=entry.scale)
    keys = list(Asset.objects.values_list("pk", flat=True))
    for kind in (Account.Kind.TREASURY, Account.Kind.OUTSIDE, Account.Kind.FEES):
        Account.objects.ensure_house(kind, keys)
    rounds.refresh()


def set_fee(percent: Decimal) -> None:
    """A policy version with this fee, for the quotes from now on."""
    Policy.objects.create(fee_percent=percent, **FIGURES)


def count_anew() -> None:
    """The house breaker adds up what conversions pay from now on: no site pays within minutes what the whole bench pays."""
    Opening.objects.create(is_open=True, reason="The bench.")


def quote(name: str, lines: int, chance: random.Random) -> Conversion:
    """A quote for so many small balances of any amounts, by the product's own verb. Nobody ever confirms it."""
    codes = CODES[:lines]
    user = get_user_model().objects.create(username=name)
    prices = Price.objects.filter(asset__code__in=codes).select_related("asset")
    _fund(user, {price.asset: _units(price, chance.randint(*WORTH)) for price in prices})
    return conversions.quote(user=user, codes=codes)


def _units(price: Price, sats: int) -> int:
    """The units of the asset that are worth about so much."""
    worth = money.to_decimal(sats, money.BTC_SCALE)
    return int(worth / price.rate_btc * 10**price.asset.scale)


def _fund(user: User, amounts: dict[Asset, int]) -> None:
    """The customer comes to hold these units."""
    for asset, units in amounts.items():
        ledger.deposit(user=user, asset=asset, units=units, reference=f"{user} {asset}")
